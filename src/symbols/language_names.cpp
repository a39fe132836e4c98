#include "symbols/language_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace pyprof::symbols {
namespace {

constexpr std::string_view digits = "0123456789";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

// Takes "4heat_" from the front and gives "heat"; empty, and nothing taken, if no scope is there. A dot in the name
// counts as one character and is written "_dot_".
std::string take_scope(std::string_view& text) {
    constexpr std::string_view dot = "_dot_";
    std::size_t left = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), left);
    std::string_view rest = text.substr(static_cast<std::size_t>(end - text.data()));
    std::string name;
    for (; error == std::errc{} && left > 0 && !rest.empty(); left--) {
        const bool is_dot = rest.starts_with(dot) && rest.size() >= dot.size() + left;
        name += is_dot ? '.' : rest.front();
        rest.remove_prefix(is_dot ? dot.size() : 1);
    }
    if (left > 0 || !rest.starts_with('_') || rest.size() < 2 || name.find_first_not_of('_') == std::string::npos)
        return {};
    text = rest.substr(1);
    return name;
}

bool is_digit(char c) { return digits.find(c) != std::string_view::npos; }

// Takes all scopes from the front, "4heat_5Plate_", and gives "heat.Plate.".
std::string take_scopes(std::string_view& text, bool is_counted, std::string_view module) {
    std::string name;
    bool is_inside = false;  // the module
    while (!text.empty()) {
        std::string_view rest = text;
        const std::string scope = take_scope(rest);
        const bool is_class = !scope.empty() && scope.front() >= 'A' && scope.front() <= 'Z';
        const bool is_function = is_counted && is_inside && !is_class && !rest.empty() && !is_digit(rest.front());
        if (scope.empty() || is_function) break;
        name += scope + ".";
        text = rest;
        is_inside = is_inside || module.empty() || scope == module;
    }
    return name;
}

void remove_prefix_of(std::string_view& text, std::string_view characters) {
    text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
}

// "__pyx_fuse_0__pyx_fuse_1": which of a function's types this copy is for.
void remove_fused_types(std::string_view& text) {
    constexpr std::string_view fuse = "__pyx_fuse_";
    while (text.starts_with(fuse)) {
        text.remove_prefix(fuse.size());
        remove_prefix_of(text, digits);
    }
}

}  // namespace

std::string cython_name(std::string_view linkage_name, std::string_view module) {
    for (const std::string_view prefix : {"__pyx_pf_", "__pyx_pw_", "__pyx_f_"}) {
        if (!linkage_name.starts_with(prefix)) continue;
        const bool is_counted = prefix != "__pyx_f_";
        std::string_view rest = linkage_name.substr(prefix.size());
        std::string name = take_scopes(rest, is_counted, module);
        if (is_counted) remove_prefix_of(rest, digits);
        remove_fused_types(rest);
        return name.empty() || rest.empty() ? std::string{} : name.append(rest);
    }
    return {};
}

std::string fortran_name(std::string_view linkage_name) {
    constexpr std::string_view in_module = "_MOD_";
    const std::size_t at = linkage_name.find(in_module, 2);
    if (linkage_name.starts_with("__") && at != std::string_view::npos && at > 2) {
        return std::string{linkage_name.substr(2, at - 2)} +
               "::" + std::string{linkage_name.substr(at + in_module.size())};
    }
    const std::size_t dot = linkage_name.find('.');
    if (dot == 0 || dot == std::string_view::npos || dot + 1 == linkage_name.size()) return {};
    const bool is_number = linkage_name.find_first_not_of(digits, dot + 1) == std::string_view::npos;
    return is_number ? std::string{linkage_name.substr(0, dot)} : std::string{};
}

std::string numba_name(std::string_view demangled) {
    constexpr std::string_view tag = "[abi:v";  // the number of the compilation; libc++'s tags have five digits
    const std::size_t at = demangled.find(tag);
    if (at == std::string_view::npos || at == 0) return {};
    const std::size_t close = demangled.find_first_not_of(digits, at + tag.size());
    const std::size_t length = close == std::string_view::npos ? 0 : close - at - tag.size();
    if (length == 0 || length > 4 || demangled[close] != ']') return {};
    std::string name{demangled.substr(0, at)};
    replace_all(name, "::", ".");
    replace_all(name, "_3c", "<");
    replace_all(name, "_3e", ">");
    for (const std::string_view prefix : {"cpython.", "__main__."})
        if (name.starts_with(prefix) && name.size() > prefix.size()) name.erase(0, prefix.size());
    return name;
}

std::string rust_legacy_name(std::string_view demangled) {
    constexpr std::string_view hash = "::h";
    constexpr std::size_t hash_digits = 16;
    constexpr std::array<std::pair<std::string_view, std::string_view>, 14> escapes{{{"::_$", "::$"},
                                                                                     {"$LT$", "<"},
                                                                                     {"$GT$", ">"},
                                                                                     {"$RF$", "&"},
                                                                                     {"$BP$", "*"},
                                                                                     {"$LP$", "("},
                                                                                     {"$RP$", ")"},
                                                                                     {"$C$", ","},
                                                                                     {"$SP$", "@"},
                                                                                     {"$u20$", " "},
                                                                                     {"$u7b$", "{"},
                                                                                     {"$u7d$", "}"},
                                                                                     {"$u5b$", "["},
                                                                                     {"$u5d$", "]"}}};
    if (demangled.size() <= hash.size() + hash_digits) return {};
    const std::size_t end = demangled.size() - hash.size() - hash_digits;
    const bool is_hash = demangled.substr(end).starts_with(hash) &&
                         demangled.find_first_not_of("0123456789abcdef", end + hash.size()) == std::string_view::npos;
    if (!is_hash) return {};
    std::string name{demangled.substr(0, end)};
    if (name.starts_with("_$")) name.erase(0, 1);
    for (const auto& [from, to] : escapes) replace_all(name, from, to);
    replace_all(name, "..", "::");
    replace_all(name, "{{closure}}", "{closure}");
    return name;
}

}  // namespace pyprof::symbols
