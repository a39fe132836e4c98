#include "report/sources.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "report/command_text.h"
#include "sources/notebook.h"

namespace pyprof::report {
namespace {

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

// Of the run's command lines, where there is one.
std::string command_text_of(const profile::Profile& profile) {
    std::set<std::string> texts;
    for (const profile::Process& process : profile.processes)
        if (const auto text = program_of_command(process.command)) texts.insert(*text);
    return texts.size() == 1 ? *texts.begin() : "";
}

// Whether a text can be the one that a function was compiled from: its first line names it. Modules, lambdas and
// comprehensions have no name there.
bool may_have(const sources::Lines& text, const profile::Function& function) {
    const std::string& name = function.system_name.empty() ? function.name : function.system_name;
    if (function.first_line == 0 || function.first_line > text.size()) return false;
    return name.starts_with('<') || text[function.first_line - 1].find(name) != std::string::npos;
}

bool is_compiled_from_string(const std::string& file) {
    return file.starts_with('<') && file.ends_with('>') && frozen_module(file).empty();
}

}  // namespace

Sources::Sources(const profile::Profile& profile) : command_text_{sources::lines_of_text(command_text_of(profile))} {
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

bool Sources::is_of_command(const profile::Function& function) const {
    return function.file == "<string>" && may_have(command_text_, function);
}

std::uint64_t Sources::saved_ns(const profile::Function& function) const {
    if (function.file.empty() || is_of_command(function)) return 0;
    return sources::saved_ns(path_of(function.file));
}

const sources::Lines& Sources::lines(const profile::Function& function) {
    static const sources::Lines no_lines;
    if (function.file.empty()) return no_lines;
    return is_of_command(function) ? command_text_ : files_.lines_of(path_of(function.file));
}

std::string Sources::line(const profile::Function& function, std::uint32_t line) {
    const sources::Lines& text = lines(function);
    if (line == 0 || line > text.size()) return "";
    const std::string& whole = text[line - 1];
    const std::size_t begin = whole.find_first_not_of(" \t");
    return begin == std::string::npos ? "" : whole.substr(begin);
}

std::string Sources::instead_of_line(const profile::Function& function) {
    if (is_compiled_from_string(function.file)) return "(" + function.name + ", compiled from a string)";
    if (sources::hash_of_kernel_file(function.file)) return "(" + function.name + ", in a cell of a notebook)";
    return "(" + function.name + ")";
}

}  // namespace pyprof::report
