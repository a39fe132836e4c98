#include "symbols/rust_names.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace pyprof::symbols {
namespace {

constexpr std::size_t longest_type_arguments = 24;
constexpr std::uint32_t deepest = 64;        // of paths and types within each other
constexpr std::uint32_t most_steps = 4'096;  // back references could ask for the same text again and again

constexpr std::array<std::pair<char, std::string_view>, 21> basic_types{
    {{'a', "i8"},    {'b', "bool"},  {'c', "char"}, {'d', "f64"}, {'e', "str"},  {'f', "f32"},  {'h', "u8"},
     {'i', "isize"}, {'j', "usize"}, {'l', "i32"},  {'m', "u32"}, {'n', "i128"}, {'o', "u128"}, {'p', "_"},
     {'s', "i16"},   {'t', "u16"},   {'u', "()"},   {'v', "..."}, {'x', "i64"},  {'y', "u64"},  {'z', "!"}}};

// Reads a name from left to right. After the first thing that is not in the grammar every answer is empty.
class Reader {
public:
    explicit Reader(std::string_view text) : text_{text} {}

    // `is_function`: type arguments at its end are those of an instance.
    std::string path(bool is_function) {
        const Level level{*this};
        if (failed_) return {};
        switch (next()) {
            case 'C':
                return identifier();
            case 'M':
                skip_impl_path();
                return type();
            case 'X':
                skip_impl_path();
                return trait_method_of();
            case 'Y':
                return trait_method_of();
            case 'N':
                return nested();
            case 'I':
                return with_arguments(is_function);
            case 'B':
                return referred([&] { return path(is_function); });
            default:
                return fail();
        }
    }

    bool has_failed() const { return failed_; }

private:
    // One level of nesting, counted against both bounds.
    struct Level {
        explicit Level(Reader& of) : reader{of} {
            if (++of.depth_ > deepest || ++of.steps_ > most_steps) of.failed_ = true;
        }
        ~Level() { reader.depth_--; }
        Reader& reader;
    };

    std::string fail() {
        failed_ = true;
        return {};
    }
    char next() {
        if (at_ < text_.size()) return text_[at_++];
        failed_ = true;
        return 0;
    }
    bool take(char wanted) {
        if (at_ >= text_.size() || text_[at_] != wanted) return false;
        at_++;
        return true;
    }

    // "_" is 0, "0_" is 1, and so on.
    std::uint64_t base_62() {
        if (take('_')) return 0;
        std::uint64_t value = 0;
        for (char c = next(); c != '_' && !failed_; c = next()) {
            const int digit = c >= '0' && c <= '9'   ? c - '0'
                              : c >= 'a' && c <= 'z' ? c - 'a' + 10
                              : c >= 'A' && c <= 'Z' ? c - 'A' + 36
                                                     : -1;
            if (digit < 0 || value > text_.size() * 62) {
                failed_ = true;
                return 0;
            }
            value = value * 62 + static_cast<std::uint64_t>(digit);
        }
        return value + 1;
    }
    // Tells functions of one name apart, which its reader cannot.
    void skip_disambiguator() {
        if (!take('s')) return;
        while (next() != '_' && !failed_) {
        }
    }
    void skip_lifetime() {
        if (take('L')) base_62();
    }
    void skip_binder() {
        if (take('G')) base_62();
    }
    void skip_impl_path() {
        skip_disambiguator();
        path(false);
    }

    std::string identifier() {
        skip_disambiguator();
        const bool is_punycode = take('u');
        std::size_t length = 0;
        for (char c = next(); !failed_; c = next()) {
            if (c < '0' || c > '9' || length > text_.size()) return fail();
            length = length * 10 + static_cast<std::size_t>(c - '0');
            const bool ends = length == 0 || at_ >= text_.size() || text_[at_] < '0' || text_[at_] > '9';
            if (ends) break;
        }
        take('_');
        if (failed_ || length > text_.size() - at_) return fail();
        at_ += length;
        return std::string{text_.substr(at_ - length, length)} + (is_punycode ? "{punycode}" : "");
    }

    std::string nested() {
        const char name_space = next();
        std::string name = path(true);
        const std::string last = identifier();
        const bool is_special = name_space >= 'A' && name_space <= 'Z';
        if (is_special) return name + "::{" + (name_space == 'C' ? "closure" : name_space == 'S' ? "shim" : last) + "}";
        return last.empty() ? name : name + "::" + last;
    }

    std::string trait_method_of() {
        const std::string self = type();
        return "<" + self + " as " + path(false) + ">";
    }

    std::string with_arguments(bool is_function) {
        const std::string name = path(is_function);
        std::string arguments;
        while (!take('E') && !failed_) {
            const std::string argument = generic_argument();
            if (!argument.empty()) arguments += (arguments.empty() ? "" : ", ") + argument;
        }
        if (is_function || arguments.empty()) return name;
        return name + (arguments.size() > longest_type_arguments ? "<...>" : "<" + arguments + ">");
    }

    std::string generic_argument() {
        if (take('K')) return constant();
        if (!take('L')) return type();
        base_62();
        return {};
    }

    // "jc_" is 12: its type, then its value in hexadecimal digits. Only numbers are shown.
    std::string constant() {
        if (take('p')) return "_";
        if (take('B')) return referred([&] { return constant(); });
        next();
        const bool is_negative = take('n');
        std::uint64_t value = 0;
        for (char c = next(); c != '_' && !failed_; c = next()) {
            const bool is_digit = c >= '0' && c <= '9';
            if (!is_digit && (c < 'a' || c > 'f')) return fail();
            value = value * 16 + static_cast<std::uint64_t>(is_digit ? c - '0' : c - 'a' + 10);
        }
        return (is_negative ? "-" : "") + std::to_string(value);
    }

    std::string type() {
        const Level level{*this};
        if (failed_) return {};
        const char tag = next();
        const auto basic = std::ranges::find(basic_types, tag, &std::pair<char, std::string_view>::first);
        if (basic != basic_types.end()) return std::string{basic->second};
        switch (tag) {
            case 'R':
                skip_lifetime();
                return "&" + type();
            case 'Q':
                skip_lifetime();
                return "&mut " + type();
            case 'P':
                return "*const " + type();
            case 'O':
                return "*mut " + type();
            case 'S':
                return "[" + type() + "]";
            case 'A':
                return array();
            case 'T':
                return "(" + types_until_end() + ")";
            case 'F':
                return function_type();
            case 'D':
                return dynamic_type();
            case 'B':
                return referred([&] { return type(); });
            default:
                at_--;
                return path(false);
        }
    }
    std::string array() {
        const std::string element = type();
        return "[" + element + "; " + constant() + "]";
    }
    std::string types_until_end() {
        std::string all;
        while (!take('E') && !failed_) all += (all.empty() ? "" : ", ") + type();
        return all;
    }
    std::string function_type() {
        skip_binder();
        take('U');
        if (take('K') && !take('C')) identifier();
        const std::string parameters = types_until_end();
        const std::string result = type();
        return "fn(" + parameters + ")" + (result == "()" ? "" : " -> " + result);
    }
    std::string dynamic_type() {
        skip_binder();
        std::string traits;
        while (!take('E') && !failed_) {
            traits += (traits.empty() ? "dyn " : " + ") + path(false);
            while (take('p')) {
                identifier();
                type();
            }
        }
        skip_lifetime();
        return traits;
    }

    // What `read` reads at an earlier place of the name.
    template <class Read>
    std::string referred(Read read) {
        const std::uint64_t place = base_62();
        if (failed_ || place >= at_) return fail();
        const std::size_t back = std::exchange(at_, static_cast<std::size_t>(place));
        std::string text = read();
        at_ = back;
        return text;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::uint32_t depth_ = 0, steps_ = 0;
    bool failed_ = false;
};

}  // namespace

std::string rust_name(std::string_view linkage_name) {
    constexpr std::string_view prefix = "_R";
    if (!linkage_name.starts_with(prefix)) return {};
    Reader reader{linkage_name.substr(prefix.size())};
    std::string name = reader.path(true);
    return reader.has_failed() ? std::string{} : name;
}

}  // namespace pyprof::symbols
