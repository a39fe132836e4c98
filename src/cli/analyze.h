#pragma once
// The verbs of pyprof-analyze. Each declares its options on a CLI11 subcommand, whose callback carries it out and
// leaves its exit code.
#include <memory>
#include <string>
#include <vector>

#include "cli/outcome.h"
#include "report/options.h"

#include <CLI/CLI.hpp>

namespace pyprof::cli {

void add_report(CLI::App& verb, int& exit_code);
void add_view(CLI::App& verb, int& exit_code);
void add_annotate(CLI::App& verb, int& exit_code);
void add_import(CLI::App& verb, int& exit_code);
void add_info(CLI::App& verb, int& exit_code);
void add_export(CLI::App& verb, int& exit_code);
void add_compare(CLI::App& verb, int& exit_code);
void add_diff(CLI::App& verb, int& exit_code);
void add_merge(CLI::App& verb, int& exit_code);
void add_name(CLI::App& verb, int& exit_code);
void add_completion(CLI::App& verb, int& exit_code);
void add_manual(CLI::App& verb, int& exit_code);
void add_doctor(CLI::App& verb, int& exit_code);

// All of them, one subcommand each. Callbacks refer to `exit_code`.
std::unique_ptr<CLI::App> analysis_parser(int& exit_code);

// `compare --run COMMAND…` with `--` before the command, whose options are its own. Other words stay as they are.
std::vector<std::string> command_behind_a_mark(std::vector<std::string> words);

// The options that choose a part or a view of the profile, --rank and --threads.
void add_view_options(CLI::App& verb, report::Options& options);

}  // namespace pyprof::cli
