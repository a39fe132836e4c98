#include "report/command_text.h"

#include <algorithm>
#include <string_view>

namespace pyprof::report {
namespace {

// Options whose value is the rest of the word, or the next one.
constexpr std::string_view with_value = "cmWX";

bool is_interpreter(std::string_view word) { return word.substr(word.rfind('/') + 1).starts_with("python"); }

}  // namespace

std::optional<std::string> program_of_command(const std::vector<std::string>& command) {
    auto word = std::ranges::find_if(command, is_interpreter);
    if (word == command.end()) return std::nullopt;
    while (++word != command.end() && word->size() > 1 && word->front() == '-') {
        if ((*word)[1] == '-') return std::nullopt;
        const std::size_t at = word->find_first_of(with_value, 1);
        if (at == std::string::npos) continue;
        const char option = (*word)[at];
        const bool in_word = at + 1 < word->size();
        if (!in_word && word + 1 == command.end()) return std::nullopt;
        if (option == 'c') return in_word ? word->substr(at + 1) : *(word + 1);
        if (option == 'm') return std::nullopt;
        if (!in_word) ++word;
    }
    return std::nullopt;
}

}  // namespace pyprof::report
