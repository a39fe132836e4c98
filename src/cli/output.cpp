#include "cli/output.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <time.h>
#include <unistd.h>

#include "gather/files.h"

namespace pyprof::cli {
namespace {

constexpr int most_numbers = 10000;

// The key that begins after the `%` at `at`: its text, and how many characters it takes.
struct Expansion {
    std::string text;
    std::size_t length = 1;
};

Result<Expansion> expand_key(const std::string& pattern, std::size_t at, const OutputKeys& keys,
                             const Environment& environment) {
    switch (at < pattern.size() ? pattern[at] : '\0') {
        case 'r':
            return Expansion{std::to_string(keys.rank)};
        case 'n':
            return Expansion{std::to_string(keys.ranks > 0 ? keys.ranks : 1)};
        case 'h':
            return Expansion{keys.host};
        case 'p':
            return Expansion{std::to_string(keys.pid)};
        case 'j':
            return Expansion{keys.job};
        case '%':
            return Expansion{"%"};
        case 'q':
            break;
        default:
            return Error{"unknown key %" + pattern.substr(at, 1) + " in the output's name; %% stands for %"};
    }
    const auto end = pattern.find('}', at);
    if (at + 1 >= pattern.size() || pattern[at + 1] != '{' || end == std::string::npos) {
        return Error{"%q in the output's name needs a variable, such as %q{HOME}"};
    }
    return Expansion{environment.get(pattern.substr(at + 2, end - at - 2)), end - at + 1};
}

Status prepare_folder(const std::filesystem::path& folder) {
    std::error_code failure;
    if (!folder.empty()) std::filesystem::create_directories(folder, failure);
    if (!failure && access(folder.empty() ? "." : folder.c_str(), W_OK) != 0) failure = {errno, std::system_category()};
    return failure ? Error{"cannot write into " + folder.string() + ": " + failure.message()} : Status{};
}

}  // namespace

Result<std::string> expand_output(const std::string& pattern, const OutputKeys& keys, const Environment& environment) {
    std::string path;
    for (std::size_t i = 0; i < pattern.size();) {
        if (pattern[i] != '%') {
            path += pattern[i++];
            continue;
        }
        auto key = expand_key(pattern, i + 1, keys, environment);
        if (!key) return key.error();
        path += key->text;
        i += 1 + key->length;
    }
    return path;
}

bool separates_processes(const std::string& pattern) {
    for (std::size_t i = 0; i + 1 < pattern.size(); ++i) {
        if (pattern[i] != '%') continue;
        const char key = pattern[++i];
        if (key == 'r' || key == 'p' || key == 'h') return true;
    }
    return false;
}

std::string default_output(const std::string& script, int ranks, std::uint64_t started_ns) {
    const auto seconds = static_cast<time_t>(started_ns / 1'000'000'000);
    tm local{};
    localtime_r(&seconds, &local);
    std::array<char, 32> stamp{};
    std::strftime(stamp.data(), stamp.size(), "%Y%m%d-%H%M%S", &local);
    const auto count = ranks > 0 ? std::to_string(ranks) + "r-" : std::string{};
    return "pyprof-" + script + "-" + count + stamp.data() + ".pyprof";
}

std::string numbered_output(const std::string& path, int number) {
    if (number < 2) return path;
    const std::filesystem::path whole{path};
    return (whole.parent_path() / whole.stem()).string() + "-" + std::to_string(number) + whole.extension().string();
}

Result<std::string> write_output(const std::string& path, const gather::Tree& tree) {
    if (auto status = prepare_folder(std::filesystem::path{path}.parent_path()); !status) return status.error();
    for (int number = 1; number < most_numbers; ++number) {
        const auto candidate = numbered_output(path, number);
        if (access(candidate.c_str(), F_OK) == 0) continue;
        const auto status = gather::write_gathered(candidate, tree, gather::IfPresent::refuse);
        if (status) return candidate;
        if (access(candidate.c_str(), F_OK) != 0) return status.error();
    }
    return Error{"cannot write " + path + ": too many files of that name"};
}

}  // namespace pyprof::cli
