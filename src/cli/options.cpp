#include "cli/options.h"

#include <algorithm>
#include <charconv>
#include <getopt.h>
#include <string_view>
#include <utility>

#include "base/similar_word.h"

namespace pyprof::cli {
namespace {

constexpr int highest_rate = 10000;
constexpr std::uint64_t smallest_memory = 256 << 10;  // of the agent

using Apply = Status (*)(RunOptions&, const std::string&);

Status set_output(RunOptions& options, const std::string& text) {
    options.output = text;
    return {};
}

Status set_rate(RunOptions& options, const std::string& text) {
    int rate = 0;
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, rate);
    if (error != std::errc{} || stop != end || rate < 1 || rate > highest_rate) {
        return Error{"is a whole number of samples a second from 1 to 10000, such as 199"};
    }
    options.rate = rate;
    return {};
}

Status set_mode(RunOptions& options, const std::string& text) {
    if (text != "cpu" && text != "wall") return Error{"is cpu or wall"};
    options.wall = text == "wall";
    return {};
}

Status set_engine(RunOptions& options, const std::string& text) {
    if (text != "cpu" && text != "perf" && text != "tgkill") return Error{"is cpu, perf or tgkill"};
    options.engine = text;
    return {};
}

// Which events exist is known where the program runs; the profile says which could not be counted.
Status set_counters(RunOptions& options, const std::string& text) {
    const auto is_odd = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    if (std::any_of(text.begin(), text.end(), is_odd))
        return Error{"is a list of events, such as PAPI_TOT_INS,PAPI_TOT_CYC"};
    options.counters = text;
    return {};
}

Status set_flag(bool& flag, const std::string& text) {
    if (text != "0" && text != "1") return Error{"is 0 or 1"};
    flag = text == "1";
    return {};
}

Status set_native(RunOptions& options, const std::string& text) { return set_flag(options.native, text); }
Status set_children(RunOptions& options, const std::string& text) { return set_flag(options.children, text); }
Status set_quiet(RunOptions& options, const std::string& text) { return set_flag(options.quiet, text); }
Status set_mpi(RunOptions& options, const std::string& text) { return set_flag(options.mpi.emplace(), text); }

Status set_mpi_sync(RunOptions& options, const std::string& text) { return set_flag(options.mpi_sync, text); }

Status set_ranks(RunOptions& options, const std::string& text) {
    auto ranges = rank_ranges(text);
    if (!ranges) return Error{"is a list of ranks and ranges, such as 0,4-7"};
    options.ranks = std::move(*ranges);
    return {};
}

// 2^n bytes for the letters of a size; 0 for an unknown one.
std::uint64_t unit_bytes(std::string_view unit) {
    if (unit.empty()) return 1;
    if (unit == "K" || unit == "k") return 1ULL << 10;
    if (unit == "M" || unit == "m") return 1ULL << 20;
    if (unit == "G" || unit == "g") return 1ULL << 30;
    return 0;
}

Status set_max_memory(RunOptions& options, const std::string& text) {
    constexpr std::uint64_t most = 1ULL << 32;
    std::uint64_t amount = 0;
    const auto end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, amount);
    const auto unit = unit_bytes({stop, static_cast<std::size_t>(end - stop)});
    if (error != std::errc{} || amount > most || amount * unit < smallest_memory) {
        return Error{"is a number of bytes for each process, from 256K on, such as 16M (K, M and G are known)"};
    }
    options.max_memory = text;
    return {};
}

struct Option {
    char letter;  // 0: none
    const char* name;
    const char* argument;    // shown in the help; nullptr: a flag
    const char* variable;    // the environment twin
    const char* flag_value;  // what the flag alone stands for
    Apply apply;
    const char* help;
};

constexpr Option table[] = {
    {'o', "output", "PATH", "PYPROF_OUTPUT", nullptr, set_output,
     "write the profile here; keys %r rank, %n ranks, %h host, %p pid, %j job, %q{VAR}"},
    {'r', "rate", "HZ", "PYPROF_RATE", nullptr, set_rate, "samples a second of CPU time and thread"},
    {0, "mode", "cpu|wall", "PYPROF_MODE", nullptr, set_mode,
     "cpu: where CPU time goes; wall: also where threads wait"},
    {0, "engine", "cpu|perf|tgkill", "PYPROF_ENGINE", nullptr, set_engine,
     "what interrupts threads (perf is exact at high rates); else chosen by rate"},
    {0, "counters", "EVENT,...", "PYPROF_COUNTERS", nullptr, set_counters,
     "events to count with PAPI at each sample, such as PAPI_TOT_INS,PAPI_TOT_CYC,rusage::nvcsw"},
    {0, "no-native", nullptr, "PYPROF_NATIVE", "0", set_native, "leave native frames out"},
    {0, "no-children", nullptr, "PYPROF_CHILDREN", "0", set_children, "leave child processes out"},
    {0, "mpi", nullptr, "PYPROF_MPI", "1", set_mpi, "take part in MPI even without rank variables"},
    {0, "no-mpi", nullptr, "PYPROF_MPI", "0", set_mpi, "take no part in MPI: files instead of merging"},
    {0, "mpi-sync", nullptr, "PYPROF_MPI_SYNC", "1", set_mpi_sync,
     "measure waiting by a barrier before each collective call; changes what the ranks do"},
    {0, "ranks", "LIST", "PYPROF_RANKS", nullptr, set_ranks, "record these ranks only, such as 0,4-7"},
    {0, "max-memory", "SIZE", "PYPROF_MAX_MEMORY", nullptr, set_max_memory, "bound of each process's recording, 16M"},
    {'q', "quiet", nullptr, "PYPROF_QUIET", "1", set_quiet, "say nothing at the end"},
};
constexpr int option_count = static_cast<int>(std::size(table));
constexpr int help_index = option_count;

Status from_environment(RunOptions& options, const Environment& environment) {
    for (const auto& option : table) {
        const auto text = environment.get(option.variable);
        if (text.empty()) continue;
        if (auto status = option.apply(options, text); !status) {
            return Error{std::string{option.variable} + "=" + text + ": " + status.error().message()};
        }
    }
    return {};
}

Status from_flag(RunOptions& options, const Option& option, const char* argument) {
    const std::string text = argument != nullptr ? argument : option.flag_value;
    auto status = option.apply(options, text);
    if (status) return status;
    const auto shown = argument != nullptr ? " " + text : std::string{};
    return Error{"--" + std::string{option.name} + shown + ": " + status.error().message()};
}

struct GetoptTables {
    std::string letters = "+:h";  // stop at the command, report a missing argument
    std::vector<option> words;
};

GetoptTables getopt_tables() {
    GetoptTables tables;
    for (int i = 0; i < option_count; ++i) {
        const auto& row = table[i];
        const int argument = row.argument != nullptr ? required_argument : no_argument;
        tables.words.push_back({row.name, argument, nullptr, 256 + i});
        if (row.letter == 0) continue;
        tables.letters += row.letter;
        if (row.argument != nullptr) tables.letters += ':';
    }
    tables.words.push_back({"help", no_argument, nullptr, 256 + help_index});
    tables.words.push_back({nullptr, 0, nullptr, 0});
    return tables;
}

int index_of(int found) {
    if (found >= 256) return found - 256;
    if (found == 'h') return help_index;
    for (int i = 0; i < option_count; ++i) {
        if (table[i].letter == found) return i;
    }
    return -1;
}

Error unknown_option(const std::vector<char*>& arguments, int found) {
    const std::string word = found == '?' && optopt > 0 && optopt < 256
                                 ? std::string{"-"} + static_cast<char>(optopt)
                                 : arguments[static_cast<std::size_t>(optind) - 1];
    if (found == ':') return Error{word + " needs a value; see pyprof help run"};
    std::vector<std::string> names;
    for (const auto& option : table) names.push_back(std::string{"--"} + option.name);
    const std::string meant = similar_word(word.substr(0, word.find('=')), names);
    return Error{"unknown option " + word + (meant.empty() ? "" : "; did you mean " + meant + "?") +
                 "; see pyprof help run (options of the command stand after it)"};
}

}  // namespace

bool RunOptions::records_rank(int rank) const { return ranks.empty() || has_rank(ranks, rank); }

Result<RunOptions> parse_run_options(std::vector<char*> arguments, const Environment& environment) {
    RunOptions options;
    if (auto status = from_environment(options, environment); !status) return status.error();
    const auto tables = getopt_tables();
    const int count = static_cast<int>(arguments.size()) - 1;
    optind = 0;  // glibc: start afresh
    opterr = 0;
    while (true) {
        const int found = getopt_long(count, arguments.data(), tables.letters.c_str(), tables.words.data(), nullptr);
        if (found == -1) break;
        if (found == '?' || found == ':') return unknown_option(arguments, found);
        const int index = index_of(found);
        if (index == help_index) {
            options.help = true;
        } else if (auto status = from_flag(options, table[index], optarg); !status) {
            return status.error();
        }
    }
    for (int i = 1; i < optind; ++i)
        if (arguments[static_cast<std::size_t>(i)] != std::string_view{"--"})
            options.given.emplace_back(arguments[static_cast<std::size_t>(i)]);
    options.command.assign(arguments.begin() + optind, arguments.end());
    return options;
}

std::vector<RunOptionText> run_option_texts() {
    const auto text = [](const char* given) { return std::string{given == nullptr ? "" : given}; };
    std::vector<RunOptionText> texts;
    for (const auto& option : table)
        texts.push_back(
            {option.letter, option.name, text(option.argument), option.variable, text(option.flag_value), option.help});
    return texts;
}

std::string run_options_help() {
    std::string text;
    for (const auto& option : table) {
        std::string line = option.letter != 0 ? std::string{"  -"} + option.letter + ", --" : "      --";
        line += option.name;
        if (option.argument != nullptr) line += std::string{" "} + option.argument;
        line.resize(std::max<std::size_t>(line.size() + 1, 28), ' ');
        line += option.help;
        text += line + "  [" + option.variable + "=" +
                (option.flag_value != nullptr ? option.flag_value : option.argument) + "]\n";
    }
    return text;
}

}  // namespace pyprof::cli
