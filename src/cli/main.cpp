// The program `pyprof`: records commands itself, hands every other verb to pyprof-analyze. Needs libc alone.
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "cli/environment.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "cli/rank.h"
#include "cli/run.h"
#include "cli/verbs.h"

extern char** environ;

namespace {

using namespace pyprof::cli;

int print(const std::string& text) { return std::fputs(text.c_str(), stdout) < 0 ? exit_failed : 0; }

std::string run_help() {
    return "usage: pyprof [run] [OPTIONS] [--] COMMAND...\n\n" + run_options_help() +
           "\nA flag beats its variable. Times are of CPU; the profile is written when COMMAND ends.\n";
}

int record(const std::vector<char*>& arguments) {
    const Environment environment{environ};
    const auto options = parse_run_options(arguments, environment);
    if (!options) {
        if (speaks_for_job(environment)) say(options.error().message());
        return exit_failed;
    }
    if (options->help) return print(arguments[0] == std::string_view{"run"} ? run_help() : overview());
    if (options->command.front() == nullptr) {
        if (speaks_for_job(environment)) say("no command to record; see pyprof help");
        return exit_failed;
    }
    return run(*options, environment);
}

}  // namespace

int main(int, char** argv) {
    std::vector<char*> arguments;
    for (char** argument = argv; *argument != nullptr; ++argument) arguments.push_back(*argument);
    const std::string first = arguments.size() > 1 ? arguments[1] : "";
    const std::string second = arguments.size() > 2 ? arguments[2] : "";
    arguments.push_back(nullptr);
    if (first == "--version") return print("pyprof " PYPROF_VERSION "\n");
    if (first == "help" && second.empty()) return print(overview());
    if (first == "help" && second == "run") return print(run_help());
    const std::vector<char*> rest{arguments.begin() + 1, arguments.end()};
    if (is_analysis_verb(first)) return run_analysis(rest);
    return record(first == "run" ? rest : arguments);
}
