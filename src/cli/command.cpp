#include "cli/command.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/job.h"

namespace pyprof::cli {
namespace {

constexpr std::string_view rank_starters[] = {
    "mpirun",  "mpiexec", "mpiexec.hydra", "mpirun.openmpi", "mpiexec.openmpi", "mpirun.mpich", "mpiexec.mpich",
    "orterun", "prterun", "prun",          "srun",           "aprun",           "jsrun",        "flux"};
// Commands that run another one: the name is to be sought behind them.
constexpr std::string_view runners[] = {"env", "time", "nice", "numactl", "taskset", "stdbuf", "setarch", "coverage"};
// Options of the interpreter that take the next word.
constexpr std::string_view python_options_with_value[] = {"-X", "-W", "--check-hash-based-pycs"};

std::string base_name(const std::string& word) { return std::filesystem::path{word}.filename().string(); }

template <std::size_t n>
bool among(const std::string_view (&names)[n], std::string_view word) {
    return std::find(std::begin(names), std::end(names), word) != std::end(names);
}

bool is_shell(const std::string& word) {
    constexpr std::string_view shells[] = {"sh", "bash", "dash", "zsh", "ksh"};
    return among(shells, base_name(word));
}

std::string without_suffix(const std::string& word) {
    const std::filesystem::path path{word};
    const auto stem = path.extension() == ".py" ? path.stem() : path.filename();
    return stem.string();
}

using Words = std::vector<std::string>;

// The script or module of an interpreter's command line that begins at `at`.
std::string script_name(const Words& words, std::size_t at) {
    for (std::size_t i = at + 1; i < words.size(); ++i) {
        const auto& word = words[i];
        if (word == "-m") return i + 1 < words.size() ? words[i + 1] : base_name(words[at]);
        if (word.empty() || word == "-" || word == "-c") break;
        if (among(python_options_with_value, word)) {
            ++i;
        } else if (word[0] != '-') {
            return without_suffix(word);
        }
    }
    return base_name(words[at]);
}

std::string shell_script_name(const Words& words) {
    if (words.size() > 1 && !words[1].empty() && words[1][0] != '-') return without_suffix(words[1]);
    return base_name(words[0]);
}

bool executable_file(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(path.c_str(), X_OK) == 0;
}

CommandSearch search_path(const std::string& word, std::string_view folders) {
    CommandSearch search;
    while (true) {
        const auto colon = folders.find(':');
        const std::string folder{folders.substr(0, colon)};
        const auto path = (folder.empty() ? std::string{"."} : folder) + "/" + word;
        if (executable_file(path)) return {CommandSearch::Outcome::found, path};
        if (search.path.empty() && access(path.c_str(), F_OK) == 0) {
            search = {CommandSearch::Outcome::not_executable, path};
        }
        if (colon == std::string_view::npos) return search;
        folders.remove_prefix(colon + 1);
    }
}

}  // namespace

CommandSearch search_command(const std::string& word, const Environment& environment) {
    if (word.empty()) return {};
    if (word.find('/') == std::string::npos) {
        const auto path = environment.get("PATH");
        return search_path(word, path.empty() ? "/bin:/usr/bin" : path);
    }
    if (executable_file(word)) return {CommandSearch::Outcome::found, word};
    if (access(word.c_str(), F_OK) == 0) return {CommandSearch::Outcome::not_executable, word};
    return {};
}

std::string program_name(const Words& words) {
    if (words.empty()) return "program";
    std::string name;
    if (is_interpreter(words[0])) {
        name = script_name(words, 0);
    } else if (is_shell(words[0])) {
        name = shell_script_name(words);
    } else if (starts_ranks(words[0]) || among(runners, base_name(words[0]))) {
        const auto inner = std::find_if(words.begin() + 1, words.end(), is_interpreter);
        name = inner != words.end() ? script_name(words, static_cast<std::size_t>(inner - words.begin()))
                                    : base_name(words[0]);
    } else {
        name = without_suffix(words[0]);
    }
    const auto safe = as_file_name(name, 64);
    return safe.empty() ? "program" : safe;
}

bool is_interpreter(const std::string& word) {
    const auto name = base_name(word);
    return name.compare(0, 6, "python") == 0 || name.compare(0, 4, "pypy") == 0;
}

bool starts_ranks(const std::string& word) { return among(rank_starters, base_name(word)); }

}  // namespace pyprof::cli
