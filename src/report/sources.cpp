#include "report/sources.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string_view>

namespace pyprof::report {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t most_bytes = 16 << 20;

std::vector<std::string> read_lines(const std::string& path) {
    std::error_code problem;
    const bool readable = fs::is_regular_file(path, problem) && fs::file_size(path, problem) <= most_bytes && !problem;
    std::vector<std::string> lines;
    if (!readable) return lines;
    std::ifstream in{path};
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

// The folder "…/lib/python3.11" of a file in it; empty for others.
std::string standard_library_of(const std::string& file) {
    constexpr std::string_view folder = "/lib/python3.";
    const std::size_t at = file.rfind(folder);
    if (at == std::string::npos || file.find("-packages/") != std::string::npos) return "";  // site- and dist-
    const std::size_t end = file.find_first_not_of("0123456789t", at + folder.size());
    return end != std::string::npos && file[end] == '/' ? file.substr(0, end) : "";
}

// "importlib._bootstrap" of "<frozen importlib._bootstrap>"; empty for others.
std::string frozen_module(const std::string& file) {
    constexpr std::string_view begin = "<frozen ";
    return file.starts_with(begin) && file.ends_with('>') ? file.substr(begin.size(), file.size() - begin.size() - 1)
                                                          : "";
}

}  // namespace

Sources::Sources(const profile::Profile& profile) {
    if (!profile.processes.empty()) working_directory_ = profile.processes.front().working_directory;
    std::set<std::string> libraries;
    for (const profile::Function& function : profile.functions) libraries.insert(standard_library_of(function.file));
    libraries.erase("");
    if (libraries.size() == 1) standard_library_ = *libraries.begin();
}

std::string Sources::path_of(const std::string& file) const {
    if (file.front() == '/') return file;
    std::string module = frozen_module(file);
    if (module.empty() || standard_library_.empty()) return working_directory_ + "/" + file;
    std::ranges::replace(module, '.', '/');
    return standard_library_ + "/" + module + ".py";
}

const std::vector<std::string>& Sources::lines_of(const std::string& path) {
    const auto [known, is_new] = files_.try_emplace(path);
    if (is_new) known->second = read_lines(path);
    return known->second;
}

std::string Sources::line(const std::string& file, std::uint32_t line) {
    if (file.empty() || line == 0) return "";
    const std::vector<std::string>& lines = lines_of(path_of(file));
    if (line > lines.size()) return "";
    const std::string& text = lines[line - 1];
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == std::string::npos ? "" : text.substr(begin);
}

}  // namespace pyprof::report
