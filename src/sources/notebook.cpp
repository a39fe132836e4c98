#include "sources/notebook.h"

#include <charconv>
#include <nlohmann/json.hpp>

namespace pyprof::sources {
namespace {

using nlohmann::json;

constexpr std::uint32_t seed = 0xC70F6907;
constexpr std::uint32_t multiplier = 0x5BD1E995;
constexpr std::string_view cell_word = "cell ", of_word = " of ", notebook_suffix = ".ipynb";

// nbformat allows a text or a list of lines.
std::string text_of(const json& source) {
    if (source.is_string()) return source.get<std::string>();
    std::string text;
    if (source.is_array())
        for (const json& line : source)
            if (line.is_string()) text += line.get<std::string>();
    return text;
}

std::uint32_t byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

std::uint32_t word_at(std::string_view text, std::size_t at) {
    return byte_at(text, at) | byte_at(text, at + 1) << 8 | byte_at(text, at + 2) << 16 | byte_at(text, at + 3) << 24;
}

// The number that all of `text` is; nullopt for anything else.
template <class Number>
std::optional<Number> to_number(std::string_view text) {
    Number value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = problem == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional{value} : std::nullopt;
}

}  // namespace

std::vector<std::string> code_cells(std::string_view text) {
    std::vector<std::string> found;
    const json notebook = json::parse(text, nullptr, false);
    if (!notebook.is_object()) return found;
    const auto cells = notebook.find("cells");
    if (cells == notebook.end() || !cells->is_array()) return found;
    for (const json& cell : *cells) {
        if (!cell.is_object()) continue;
        const auto kind = cell.find("cell_type"), source = cell.find("source");
        if (kind != cell.end() && *kind == "code" && source != cell.end()) found.push_back(text_of(*source));
    }
    return found;
}

std::string_view compiled_text(std::string_view cell) {
    for (std::size_t end = cell.find('\n'); end != std::string_view::npos; end = cell.find('\n')) {
        if (cell.substr(0, end).find_first_not_of(" \t\r\f") != std::string_view::npos) break;
        cell.remove_prefix(end + 1);
    }
    return cell;
}

std::uint32_t cell_hash(std::string_view cell) {
    std::uint32_t hash = seed ^ static_cast<std::uint32_t>(cell.size());
    for (; cell.size() >= 4; cell.remove_prefix(4)) {
        std::uint32_t word = word_at(cell, 0) * multiplier;
        word = (word ^ word >> 24) * multiplier;
        hash = hash * multiplier ^ word;
    }
    std::uint32_t rest = 0;
    for (std::size_t i = 0; i < cell.size(); ++i) rest |= byte_at(cell, i) << 8 * i;
    if (!cell.empty()) hash = (hash ^ rest) * multiplier;
    hash = (hash ^ hash >> 13) * multiplier;
    return hash ^ hash >> 15;
}

std::optional<std::uint32_t> hash_of_kernel_file(std::string_view file) {
    constexpr std::string_view folder = "/ipykernel_", suffix = ".py";
    const std::size_t at = file.rfind('/');
    if (at == std::string_view::npos || !file.ends_with(suffix)) return std::nullopt;
    const std::size_t parent = file.substr(0, at).rfind('/');
    if (parent == std::string_view::npos || !file.substr(parent).starts_with(folder)) return std::nullopt;
    const auto pid = file.substr(parent + folder.size(), at - parent - folder.size());
    if (!to_number<std::uint32_t>(pid)) return std::nullopt;
    return to_number<std::uint32_t>(file.substr(at + 1, file.size() - at - 1 - suffix.size()));
}

std::string to_path(const CellPlace& place) {
    const std::size_t name = place.notebook.rfind('/') + 1;  // 0 without a folder
    std::string path = place.notebook.substr(0, name);
    return path.append(cell_word).append(std::to_string(place.cell)).append(of_word).append(place.notebook, name);
}

std::optional<CellPlace> to_cell_place(std::string_view path) {
    const std::size_t name = path.rfind('/') + 1;
    const std::string_view file = path.substr(name);
    const std::size_t of = file.find(of_word);
    if (!file.starts_with(cell_word) || of == std::string_view::npos || of < cell_word.size() ||
        !file.ends_with(notebook_suffix))
        return std::nullopt;
    const auto number = to_number<std::size_t>(file.substr(cell_word.size(), of - cell_word.size()));
    if (!number || *number == 0) return std::nullopt;
    return CellPlace{std::string{path.substr(0, name)}.append(file.substr(of + of_word.size())), *number};
}

}  // namespace pyprof::sources
