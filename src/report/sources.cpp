#include "report/sources.h"

#include <filesystem>
#include <fstream>

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

}  // namespace

Sources::Sources(const profile::Profile& profile) {
    if (!profile.processes.empty()) working_directory_ = profile.processes.front().working_directory;
}

const std::vector<std::string>& Sources::lines_of(const std::string& path) {
    const auto [known, is_new] = files_.try_emplace(path);
    if (is_new) known->second = read_lines(path);
    return known->second;
}

std::string Sources::line(const std::string& file, std::uint32_t line) {
    if (file.empty() || line == 0) return "";
    const std::vector<std::string>& lines = lines_of(file.front() == '/' ? file : working_directory_ + "/" + file);
    if (line > lines.size()) return "";
    const std::string& text = lines[line - 1];
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == std::string::npos ? "" : text.substr(begin);
}

}  // namespace pyprof::report
