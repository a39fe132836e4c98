#include "base/csv_field.h"

#include <charconv>
#include <string_view>

namespace pyprof {
namespace {

bool is_number(std::string_view text) {
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    double number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && stop == text.data() + text.size() && !text.starts_with('-');
}

}  // namespace

std::string csv_field(std::string text) {
    const bool is_formula =
        !text.empty() && std::string_view{"=+-@\t\r\n"}.find(text[0]) != std::string_view::npos && !is_number(text);
    if (is_formula) text.insert(0, 1, '\'');
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    for (std::size_t i = text.find('"'); i != std::string::npos; i = text.find('"', i + 2)) text.insert(i, 1, '"');
    return '"' + text + '"';
}

}  // namespace pyprof
