#include "symbols/demangle.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cxxabi.h>
#include <memory>
#include <utility>

#include "symbols/language_names.h"
#include "symbols/rust_names.h"

namespace pyprof::symbols {
namespace {

constexpr std::size_t longest_template_arguments = 24;
constexpr std::size_t longest_linkage_name = 16 * 1024;  // the demangler recurses

// After default_arguments are gone.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> shorter_names{{
    {"std::__cxx11::", "std::"},
    {"std::__1::", "std::"},
    {" >", ">"},
    {"std::basic_string<char>", "std::string"},
    {"std::basic_string_view<char>", "std::string_view"},
    {"(anonymous namespace)", "{anonymous}"},
    {"decltype(auto) ", ""},
}};

constexpr std::array<std::string_view, 2> default_arguments{", std::char_traits<", ", std::allocator<"};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

bool is_identifier(char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// If an operator's name begins at `at`, the length of "operator" and its symbol, so that its brackets are not taken
// for template arguments or parameters. Conversion operators ("operator bool") count as the bare word.
std::size_t operator_length(std::string_view text, std::size_t at) {
    constexpr std::string_view word = "operator";
    if (text.substr(at, word.size()) != word || (at > 0 && is_identifier(text[at - 1]))) return 0;
    std::size_t end = at + word.size();
    if (end < text.size() && is_identifier(text[end])) return 0;
    for (const std::string_view symbol :
         {"()", "[]", "<=>", "<<=", ">>=", "->*", "<<", ">>", "<=", ">=", "->", "<", ">"}) {
        if (text.substr(end, symbol.size()) == symbol) return word.size() + symbol.size();
    }
    return word.size();
}

// The place just after the bracket that closes the one at `open`; text.size() if none does.
std::size_t after_closing(std::string_view text, std::size_t open) {
    const char opening = text[open];
    const char closing = opening == '(' ? ')' : opening == '<' ? '>' : opening == '{' ? '}' : ']';
    std::size_t depth = 0;
    for (std::size_t at = open; at < text.size();) {
        if (const std::size_t skip = operator_length(text, at); skip != 0) {
            at += skip;
            continue;
        }
        if (text[at] == opening) depth++;
        if (text[at] == closing && !(closing == '>' && at > 0 && text[at - 1] == '-') && --depth == 0) return at + 1;
        at++;
    }
    return text.size();
}

// Removes every template argument that begins like this; `beginning` ends with its bracket.
void remove_all(std::string& text, std::string_view beginning) {
    for (std::size_t at = text.find(beginning); at != std::string::npos; at = text.find(beginning, at)) {
        text.erase(at, after_closing(text, at + beginning.size() - 1) - at);
    }
}

// What remains of one bracketed piece of a name.
std::string shorten_piece(std::string_view piece) {
    if (piece.front() == '(' || piece.front() == '[') return {};  // parameters, ABI tags
    if (piece.front() == '<' && piece.size() > longest_template_arguments + 2) return "<...>";
    return std::string{piece.starts_with("{lambda(") ? "{lambda}" : piece};
}

// Nothing but identifiers and "::".
bool is_simple(std::string_view name) {
    const auto may_stay = [](char c) { return is_identifier(c) || c == ':'; };
    return std::all_of(name.begin(), name.end(), may_stay) && name.find("std::__") == std::string_view::npos;
}

}  // namespace

std::string demangle(std::string_view linkage_name) {
    const std::string name{without_clone_suffix(linkage_name)};
    if (name.size() > longest_linkage_name || !name.starts_with("_Z")) return {};
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> text{abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                      std::free};
    return status == 0 && text != nullptr ? std::string{text.get()} : std::string{};
}

std::string_view without_clone_suffix(std::string_view linkage_name) {
    for (const std::string_view suffix : {".cold", ".part.", ".constprop.", ".isra.", ".lto_priv.", ".llvm."}) {
        const std::size_t at = linkage_name.find(suffix);
        if (at != std::string_view::npos && at > 0) linkage_name = linkage_name.substr(0, at);
    }
    return linkage_name;
}

std::string simplify(std::string_view demangled) {
    std::string text{demangled};
    if (is_simple(demangled)) return text;
    for (const std::string_view argument : default_arguments) remove_all(text, argument);
    for (const auto& [from, to] : shorter_names) replace_all(text, from, to);
    std::string short_name;
    std::string_view rest = text;
    for (std::size_t at = 0; at < rest.size();) {
        const char c = rest[at];
        if (const std::size_t skip = operator_length(rest, at); skip != 0) {
            short_name.append(rest.substr(at, skip));
            at += skip;
            const bool converts = at < rest.size() && rest[at] == ' ';  // operator bool: up to its parameters
            const std::size_t end = converts ? rest.find('(', at) : at;
            short_name.append(rest.substr(at, end - at));
            at = end == std::string_view::npos ? rest.size() : end;
        } else if (c == '(' || c == '<' || c == '{' || c == '[') {
            const std::size_t after = after_closing(rest, at);
            short_name.append(shorten_piece(rest.substr(at, after - at)));
            at = after;
            if (c != '(') continue;
            for (const std::string_view qualifier : {" const", " volatile", " &&", " &"}) {
                if (rest.substr(at).starts_with(qualifier)) at += qualifier.size();
            }
            if (rest.substr(at, 2) != "::") break;  // the end, but for what is local to a function
        } else if (c == ' ') {
            short_name.clear();  // what came before was the return type
            at++;
        } else {
            short_name.push_back(c);
            at++;
        }
    }
    return short_name.empty() ? std::string{demangled} : short_name;
}

std::string display_name(std::string_view linkage_name, std::string_view module) {
    const std::string_view plain = without_clone_suffix(linkage_name);
    const std::string demangled = demangle(plain);
    for (const std::string& name : {cython_name(plain, module), fortran_name(plain), rust_name(plain),
                                    numba_name(demangled), rust_legacy_name(demangled)}) {
        if (!name.empty()) return name;
    }
    return demangled.empty() ? std::string{plain} : simplify(demangled);
}

}  // namespace pyprof::symbols
