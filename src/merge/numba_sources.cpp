#include "merge/numba_sources.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "symbols/demangle.h"

namespace pyprof::merge {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view blanks = " \t";

std::string_view without_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(blanks);
    return begin == std::string_view::npos ? std::string_view{} : text.substr(begin);
}

bool is_module_of_script(const gather::Code& code) { return code.name == "<module>" && !code.file.starts_with("<"); }

// The files of the outermost Python frames, where those are modules.
std::set<std::string> scripts_of(const gather::Tree& tree) {
    std::set<std::string> scripts;
    std::vector<bool> below_python(tree.contexts.size());
    for (std::size_t i = 1; i < tree.contexts.size(); i++) {
        const gather::Context& context = tree.contexts[i];
        below_python[i] = below_python[context.parent];
        if (context.key.kind != gather::KeyKind::python || below_python[i]) continue;
        const gather::Code& code = tree.codes[context.key.index];
        below_python[i] = !code.file.starts_with("<frozen runpy");
        if (is_module_of_script(code)) scripts.insert(code.file);
    }
    return scripts;
}

std::string joined(const std::vector<std::string>& module) {
    std::string path;
    for (const std::string& part : module) path += "/" + part;
    return path;
}

}  // namespace

std::string_view defined_function(std::string_view line) {
    constexpr std::string_view keyword = "def";
    line = without_blanks(line);
    if (!line.starts_with(keyword)) return {};
    const std::string_view rest = without_blanks(line.substr(keyword.size()));
    if (rest.size() + keyword.size() == line.size()) return {};  // "default"
    const std::string_view name = rest.substr(0, rest.find_first_of(" \t("));
    return without_blanks(rest.substr(name.size())).starts_with("(") ? name : std::string_view{};
}

std::vector<std::string> numba_name_parts(std::string_view demangled) {
    constexpr std::string_view separator = "::";
    const std::size_t tag = demangled.find("[abi:v");
    if (tag == std::string_view::npos) return {};
    std::vector<std::string> parts;
    std::string_view rest = demangled.substr(0, tag);
    for (std::size_t at = 0; at != std::string_view::npos; rest.remove_prefix(std::min(at + 2, rest.size()))) {
        at = rest.find(separator);
        const std::string_view part = rest.substr(0, at);
        if (part != "_3clocals_3e") parts.emplace_back(part);
        if (at == std::string_view::npos) break;
    }
    return parts;
}

NumbaSources::NumbaSources(const gather::Tree& tree, const std::vector<std::string>& cells) {
    std::set<std::string> files;
    for (const gather::Code& code : tree.codes) files.insert(code.file);
    files_.assign(files.begin(), files.end());
    const std::set<std::string> scripts = scripts_of(tree);
    scripts_.assign(scripts.begin(), scripts.end());
    scripts_.insert(scripts_.end(), cells.begin(), cells.end());
}

std::optional<NumbaSources::Place> NumbaSources::find(const std::string& linkage_name) {
    std::vector<std::string> parts = numba_name_parts(symbols::demangle(linkage_name));
    if (parts.size() > 1 && parts.front() == "cpython") parts.erase(parts.begin());
    if (parts.size() < 2) return std::nullopt;
    const std::string function = parts.back();
    // The longest beginning that is a module; what follows are classes and functions around this one.
    for (parts.pop_back(); !parts.empty(); parts.pop_back()) {
        for (const std::string& file : files_of(parts))
            if (const std::uint32_t line = line_of(file, function); line != 0) return Place{file, line};
    }
    return std::nullopt;
}

std::vector<std::string> NumbaSources::files_of(const std::vector<std::string>& module) const {
    if (module.size() == 1 && module.front() == "__main__") return scripts_;
    const std::string path = joined(module);
    std::vector<std::string> found;
    for (const std::string& file : files_)
        if (file.ends_with(path + ".py") || file.ends_with(path + "/__init__.py")) found.push_back(file);
    for (const std::string& script : scripts_) found.push_back(fs::path{script}.parent_path().string() + path + ".py");
    return found;
}

std::uint32_t NumbaSources::line_of(const std::string& file, std::string_view function) {
    std::uint32_t found = 0, number = 0;
    for (const std::string& line : texts_.lines_of(file)) {
        ++number;
        if (defined_function(line) != function) continue;
        if (found != 0) return 0;
        found = number;
    }
    return found;
}

}  // namespace pyprof::merge
