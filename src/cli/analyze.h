#pragma once
// The verbs of pyprof-analyze. Each declares its options on a CLI11 subcommand, whose callback carries it out and
// leaves its exit code.
#include <string>
#include <vector>

#include "base/result.h"
#include "report/options.h"

#include <CLI/CLI.hpp>

namespace pyprof::cli {

namespace exit_code {
inline constexpr int success = 0;
inline constexpr int threshold_exceeded = 1;  // doctor: pyprof cannot work here
inline constexpr int usage = 2;               // also: the output cannot be written
inline constexpr int unreadable = 3;          // or damaged, with what could be saved
}  // namespace exit_code

void add_report(CLI::App& verb, int& exit_code);
void add_annotate(CLI::App& verb, int& exit_code);
void add_info(CLI::App& verb, int& exit_code);
void add_export(CLI::App& verb, int& exit_code);
void add_compare(CLI::App& verb, int& exit_code);
void add_diff(CLI::App& verb, int& exit_code);
void add_merge(CLI::App& verb, int& exit_code);
void add_name(CLI::App& verb, int& exit_code);
void add_doctor(CLI::App& verb, int& exit_code);

// `compare --run COMMAND…` with `--` before the command, whose options are its own. Other words stay as they are.
std::vector<std::string> command_behind_a_mark(std::vector<std::string> words);

// The options that choose a part or a view of the profile, --rank and --threads.
void add_view_options(CLI::App& verb, report::Options& options);

// Says why on stderr, in one line, and gives the code back.
int fail(int exit_code, const std::string& message);

// Prints; fails where that is impossible. Damage of the input is said on stderr and turns success into unreadable.
int finish(const std::string& text, const std::string& damage);

}  // namespace pyprof::cli
