#include "compare/function_key.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace pyprof::compare {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_of(const std::string& path) {
    std::vector<std::string> names;
    for (const fs::path& part : fs::path{path}) {
        if (part != "/" && !part.empty()) names.push_back(part.string());
    }
    return names;
}

}  // namespace

std::string normal_path(const std::string& file, const std::string& working_directory) {
    if (file.empty() || file.front() == '<' || file == "~") return file;
    fs::path path{file};
    if (path.is_relative() && !working_directory.empty()) path = fs::path{working_directory} / path;
    std::error_code failure;
    const fs::path real = path.is_absolute() ? fs::canonical(path, failure) : fs::path{};
    return failure || real.empty() ? path.lexically_normal().string() : real.string();
}

std::size_t shared_parts(const std::string& a, const std::string& b) {
    const std::vector<std::string> left = names_of(a), right = names_of(b);
    const auto ends = std::mismatch(left.rbegin(), left.rend(), right.rbegin(), right.rend());
    return static_cast<std::size_t>(ends.first - left.rbegin());
}

std::size_t parts_of(const std::string& path) { return names_of(path).size(); }

}  // namespace pyprof::compare
