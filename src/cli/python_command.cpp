#include "cli/python_command.h"

#include <algorithm>
#include <string_view>

#include "cli/command.h"

namespace pyprof::cli {
namespace {

using Words = std::vector<std::string>;

// What follows a letter in the same word, else the next word.
constexpr std::string_view letters_with_value = "cmWX";

bool takes_next_word(const std::string& option) { return option == "--check-hash-based-pycs"; }

Error no_program() {
    return Error{
        "the command gives Python no program; write it as `python FILE`, `python -m MODULE` or `python -c TEXT`"};
}

// Divides the words behind the interpreter, from `at` on.
Result<PythonCommand> divide(PythonCommand command, const Words& words, std::size_t at) {
    for (; at < words.size(); at++) {
        const std::string& word = words[at];
        if (word == "-" || word.empty()) return no_program();
        if (word.front() != '-') break;
        if (word.starts_with("--")) {
            command.interpreter.push_back(word);
            if (takes_next_word(word) && at + 1 < words.size()) command.interpreter.push_back(words[++at]);
            continue;
        }
        const std::size_t letter = word.find_first_of(letters_with_value, 1);
        const bool has_value = letter != std::string::npos;
        const bool names_program = has_value && (word[letter] == 'm' || word[letter] == 'c');
        if (!names_program) {
            command.interpreter.push_back(word);
            if (has_value && letter + 1 == word.size() && at + 1 < words.size())
                command.interpreter.push_back(words[++at]);
            continue;
        }
        if (letter > 1) command.interpreter.push_back(word.substr(0, letter));
        command.program.push_back({'-', word[letter]});
        if (letter + 1 < word.size()) command.program.push_back(word.substr(letter + 1));
        if (letter + 1 == word.size() && at + 1 == words.size()) return no_program();
        at++;
        break;
    }
    command.program.insert(command.program.end(), words.begin() + static_cast<std::ptrdiff_t>(at), words.end());
    if (command.program.empty()) return no_program();
    return command;
}

}  // namespace

Result<PythonCommand> divide_python_command(const Words& words, const Environment& environment) {
    const auto runs_python = [&](const std::string& word) {
        return is_interpreter(word) && search_command(word, environment).outcome == CommandSearch::Outcome::found;
    };
    const auto interpreter = std::ranges::find_if(words, runs_python);
    if (interpreter == words.end())
        return Error{"no word of the command names a Python interpreter; write `python app.py`, below mpirun too"};
    PythonCommand command;
    command.interpreter.assign(words.begin(), interpreter + 1);
    return divide(std::move(command), words, static_cast<std::size_t>(interpreter - words.begin()) + 1);
}

}  // namespace pyprof::cli
