#include "sources/text_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sys/stat.h>

#include "sources/archive.h"
#include "sources/notebook.h"

namespace pyprof::sources {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_bytes = 16 << 20;

bool is_readable(const std::string& path) {
    std::error_code problem;
    return fs::is_regular_file(path, problem) && fs::file_size(path, problem) <= most_bytes && !problem;
}

std::string text_of_cell(const CellPlace& place) {
    const std::vector<std::string> cells = code_cells(text_of_file(place.notebook));
    return place.cell <= cells.size() ? std::string{compiled_text(cells[place.cell - 1])} : "";
}

std::string text_of(const std::string& path) {
    if (is_readable(path)) return text_of_file(path);
    if (const std::optional<CellPlace> cell = to_cell_place(path)) return text_of_cell(*cell);
    return read_from_archive(path, most_bytes).value_or("");
}

}  // namespace

Lines lines_of_text(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.emplace_back(line);
    }
    return lines;
}

std::string text_of_file(const std::string& path) {
    if (!is_readable(path)) return "";
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

std::uint64_t saved_ns(const std::string& path) {
    const std::optional<CellPlace> cell = to_cell_place(path);
    fs::path file = cell ? cell->notebook : path;
    struct stat found {};
    while (file.has_relative_path() && stat(file.c_str(), &found) != 0) file = file.parent_path();  // up to the archive
    if (!S_ISREG(found.st_mode) || found.st_mtim.tv_sec < 0) return 0;
    return static_cast<std::uint64_t>(found.st_mtim.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(found.st_mtim.tv_nsec);
}

const Lines& TextFiles::lines_of(const std::string& path) {
    const auto [known, is_new] = files_.try_emplace(path);
    if (is_new) known->second = lines_of_text(text_of(path));
    return known->second;
}

}  // namespace pyprof::sources
