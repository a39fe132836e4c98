#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "cli/analyze.h"
#include "cli/verbs.h"

namespace pyprof::cli {
namespace {

struct Parser {
    std::string_view name;
    void (*add)(CLI::App& verb, int& exit_code);
};

constexpr Parser parsers[] = {
    {"report", add_report}, {"view", add_view},     {"annotate", add_annotate},    {"compare", add_compare},
    {"diff", add_diff},     {"export", add_export}, {"import", add_import},        {"merge", add_merge},
    {"info", add_info},     {"doctor", add_doctor}, {"completion", add_completion}};

// For the launcher and for the build.
constexpr Parser hidden_parsers[] = {{"name", add_name}, {"manual", add_manual}};

const std::map<std::string, report::Workers> workers_names = {{"joined", report::Workers::joined},
                                                              {"apart", report::Workers::apart}};

}  // namespace

std::unique_ptr<CLI::App> analysis_parser(int& exit_code) {
    auto app = std::make_unique<CLI::App>("pyprof: a sampling profiler for Python, native code and MPI", "pyprof");
    app->require_subcommand(1);
    for (const Verb& verb : all_verbs()) {
        const auto* const parser = std::ranges::find(parsers, verb.name, &Parser::name);
        if (parser == std::end(parsers)) continue;
        parser->add(*app->add_subcommand(std::string{verb.name}, std::string{verb.help}), exit_code);
    }
    for (const Parser& parser : hidden_parsers)
        parser.add(*app->add_subcommand(std::string{parser.name})->group(""), exit_code);
    return app;
}

void add_view_options(CLI::App& verb, report::Options& options) {
    verb.add_option("--rank", options.rank, "this rank only")->type_name("R");
    verb.add_option("--threads", options.workers,
                    "work of threads without Python: below the line that it was for (joined), or apart")
        ->transform(CLI::CheckedTransformer(workers_names))
        ->type_name("joined|apart");
}

}  // namespace pyprof::cli
