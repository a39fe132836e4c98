#include "cli/options.h"

#include <cstring>
#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof::cli;

namespace {

struct Line {
    explicit Line(std::vector<std::string> given) : words{std::move(given)} { words.insert(words.begin(), "pyprof"); }
    pyprof::Result<RunOptions> parse(const Environment& environment = {}) {
        std::vector<char*> arguments;
        for (auto& word : words) arguments.push_back(word.data());
        arguments.push_back(nullptr);
        return parse_run_options(arguments, environment);
    }
    std::vector<std::string> words;
};

std::string error_of(std::vector<std::string> words) {
    const auto options = Line{std::move(words)}.parse();
    return options ? "" : options.error().message();
}

std::vector<std::string> command_of(Line& line) {
    std::vector<std::string> words;
    const auto options = line.parse();
    REQUIRE(options);
    REQUIRE(options->command.back() == nullptr);
    for (std::size_t i = 0; i + 1 < options->command.size(); ++i) words.emplace_back(options->command[i]);
    return words;
}

}  // namespace

TEST_CASE("The command begins at the first word that is no option, and keeps its own options") {
    Line line{{"-r", "50", "--no-native", "python", "-o", "x", "app.py", "--rate", "9"}};
    CHECK(command_of(line) == std::vector<std::string>{"python", "-o", "x", "app.py", "--rate", "9"});
    CHECK(line.parse()->rate == 50);
    CHECK_FALSE(line.parse()->native);
    CHECK(line.parse()->children);
}

TEST_CASE("Two dashes end the options") {
    Line line{{"-q", "--", "-odd", "--", "x"}};
    CHECK(command_of(line) == std::vector<std::string>{"-odd", "--", "x"});
    CHECK(line.parse()->quiet);
}

TEST_CASE("Options are given in every way that getopt knows") {
    Line line{{"-r199", "--output=a.pyprof", "--max-memory", "4M", "--mpi", "true"}};
    const auto options = line.parse();
    REQUIRE(options);
    CHECK(options->rate == 199);
    CHECK(options->output == "a.pyprof");
    CHECK(options->max_memory == "4M");
    CHECK(options->mpi == true);
}

TEST_CASE("Variables stand for options, and a flag beats its variable") {
    Environment environment;
    environment.set("PYPROF_RATE", "10");
    environment.set("PYPROF_NATIVE", "0");
    environment.set("PYPROF_MPI", "1");
    environment.set("PYPROF_OUTPUT", "from-variable");
    Line line{{"--rate", "20", "--no-mpi", "true"}};
    const auto options = line.parse(environment);
    REQUIRE(options);
    CHECK(options->rate == 20);
    CHECK_FALSE(options->native);
    CHECK(options->mpi == false);
    CHECK(options->output == "from-variable");
}

TEST_CASE("A variable that makes no sense is named") {
    Environment environment;
    environment.set("PYPROF_CHILDREN", "yes");
    Line line{{"true"}};
    const auto options = line.parse(environment);
    REQUIRE_FALSE(options);
    CHECK(options.error().message() == "PYPROF_CHILDREN=yes: is 0 or 1");
}

TEST_CASE("Values are checked before anything starts") {
    for (const char* rate : {"0", "-5", "1e3", "10001", "", "fast"}) {
        INFO(rate);
        CHECK_FALSE(error_of({"--rate", rate, "true"}).empty());
    }
    for (const char* size : {"16X", "M", "100", "255K", "-1M", "99999999999G"}) {
        INFO(size);
        CHECK_FALSE(error_of({"--max-memory", size, "true"}).empty());
    }
    for (const char* size : {"256K", "262144", "1g", "64M"}) {
        INFO(size);
        CHECK(error_of({"--max-memory", size, "true"}).empty());
    }
    for (const char* ranks : {"", "a", "1,", "3-1", "-1", "1-2-3"}) {
        INFO(ranks);
        CHECK_FALSE(error_of({"--ranks", ranks, "true"}).empty());
    }
}

TEST_CASE("A list of ranks holds single ones and ranges") {
    Line line{{"--ranks", "0,4-6", "true"}};
    const auto options = line.parse();
    REQUIRE(options);
    for (const int rank : {0, 4, 5, 6}) CHECK(options->records_rank(rank));
    for (const int rank : {1, 3, 7}) CHECK_FALSE(options->records_rank(rank));
    CHECK(RunOptions{}.records_rank(12));
}

TEST_CASE("Barriers are made only when they are asked for") {
    CHECK(Line{{"--mpi-sync", "true"}}.parse()->mpi_sync);
    CHECK_FALSE(Line{{"true"}}.parse()->mpi_sync);
    CHECK(error_of({"--mode", "cpu", "true"}).empty());
}

TEST_CASE("An engine is one of three") {
    for (const std::string name : {"cpu", "perf", "tgkill"}) {
        Line line{{"--engine", name, "true"}};
        const auto options = line.parse();
        REQUIRE(options);
        CHECK(options->engine == name);
    }
    CHECK(RunOptions{}.engine.empty());
    CHECK(error_of({"--engine", "papi", "true"}).find("is cpu, perf or tgkill") != std::string::npos);
}

TEST_CASE("Events are taken as they are, but in one word") {
    const auto options = Line{{"--counters", "PAPI_TOT_INS,perf::PAGE-FAULTS:u=1", "true"}}.parse();
    REQUIRE(options);
    CHECK(options->counters == "PAPI_TOT_INS,perf::PAGE-FAULTS:u=1");
    CHECK(error_of({"--counters", "PAPI_TOT_INS, PAPI_TOT_CYC", "true"}).find("is a list of events") !=
          std::string::npos);
}

TEST_CASE("An unknown option and a missing value are named") {
    CHECK(error_of({"--speed", "true"}).rfind("unknown option --speed", 0) == 0);
    CHECK(error_of({"-z", "true"}).rfind("unknown option -z", 0) == 0);
    CHECK(error_of({"--rate"}).rfind("--rate needs a value", 0) == 0);
}

TEST_CASE("The help names every option with its variable") {
    const auto help = run_options_help();
    for (const char* word :
         {"--output", "--rate", "--mode", "--engine", "--counters", "--no-native", "--no-children", "--mpi", "--no-mpi",
          "--mpi-sync", "--ranks", "--max-memory", "--quiet", "PYPROF_RATE=HZ"}) {
        INFO(word);
        CHECK(help.find(word) != std::string::npos);
    }
}
