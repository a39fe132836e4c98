#include "cli/completion.h"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <string_view>

namespace pyprof::cli {
namespace {

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

std::vector<std::string> names_of(const std::vector<ManualVerb>& verbs) {
    std::vector<std::string> names;
    for (const ManualVerb& verb : verbs)
        if (!verb.is_later) names.push_back(verb.name);
    return names;
}

// What may stand after an option of any verb that takes an argument, as lines of a shell's `case`.
std::vector<std::string> dashed(const ManualOption& option) {
    std::vector<std::string> words = {"--" + option.name};
    if (option.letter != 0) words.push_back(std::string{"-"} + option.letter);
    return words;
}

std::vector<std::string> choices_of_words(const ManualVerb& verb, const std::vector<ManualVerb>& verbs) {
    if (verb.name == "help") return names_of(verbs);
    return verb.words.empty() ? std::vector<std::string>{} : verb.words.front().choices;
}

std::string bash_case(const ManualVerb& verb, const std::vector<ManualVerb>& verbs) {
    std::vector<std::string> options = {"--help"};
    std::string arguments;
    for (const ManualOption& option : verb.options) {
        for (const std::string& word : dashed(option)) options.push_back(word);
        if (option.argument.empty()) continue;
        const std::string pattern = fmt::format("{}", fmt::join(dashed(option), "|"));
        arguments += fmt::format("                {}) choices='{}' takes={} ;;\n", pattern, joined(option.choices),
                                 option.takes_file() ? "file" : "word");
    }
    const std::string previous =
        arguments.empty() ? "" : "            case $previous in\n" + arguments + "            esac\n";
    return fmt::format("        {})\n            options='{}' words='{}'\n{}            ;;\n", verb.name,
                       joined(options), joined(choices_of_words(verb, verbs)), previous);
}

constexpr std::string_view bash_begin = R"bash(# Completion of pyprof for bash; made by `pyprof completion bash`.
_pyprof() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}
    local options= words= choices= takes= at
    COMPREPLY=()
)bash";

constexpr std::string_view bash_end = R"bash(    esac
    if [[ $takes == file ]]; then
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames 2>/dev/null
    elif [[ -n $takes ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$current")
    elif [[ $current == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    elif [[ -n $words ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    elif [[ $verb == run ]] && declare -F _command_offset >/dev/null; then
        for ((at = 2; at < COMP_CWORD; at++)); do
            [[ ${COMP_WORDS[at]} == -* ]] || break
        done
        _command_offset $at
    else
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
        compopt -o filenames 2>/dev/null
    fi
}
complete -F _pyprof pyprof
)bash";

// In single quotes, which only another single quote ends.
std::string quoted(const std::string& text, std::string_view also_escaped) {
    std::string result = "'";
    for (const char c : text) {
        if (c == '\'')
            result += "'\\''";
        else if (also_escaped.find(c) != std::string_view::npos)
            result += std::string{"\\"} + c;
        else
            result += c;
    }
    return result + "'";
}

std::string zsh_argument(const ManualOption& option) {
    if (option.argument.empty()) return "";
    if (!option.choices.empty()) return fmt::format(":{}:({})", option.name, joined(option.choices));
    return option.takes_file() ? ":file:_files" : fmt::format(":{}: ", option.argument);
}

std::string zsh_case(const ManualVerb& verb, const std::vector<ManualVerb>& verbs) {
    std::string text = fmt::format("        {})\n            _arguments", verb.name);
    for (const ManualOption& option : verb.options)
        for (const std::string& word : dashed(option))
            text += fmt::format(" \\\n                {}{}", quoted("*" + word + "[" + option.help + "]", ":"),
                                quoted(zsh_argument(option), ""));
    const std::vector<std::string> choices = choices_of_words(verb, verbs);
    if (verb.name == "run")
        text += " \\\n                '*::command:_normal'";
    else if (!choices.empty())
        text += fmt::format(" \\\n                '1:word:({})'", joined(choices));
    else
        text += " \\\n                '*:file:_files'";
    return text + "\n            ;;\n";
}

// In single quotes, in which fish knows \' and \\.
std::string fish_quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) result += c == '\'' || c == '\\' ? std::string{"\\"} + c : std::string{c};
    return result + "'";
}

}  // namespace

std::string bash_completion(const std::vector<ManualVerb>& verbs) {
    std::string text{bash_begin};
    text += fmt::format(
        "    if ((COMP_CWORD == 1)); then\n        local verbs='{}'\n"
        "        mapfile -t COMPREPLY < <(compgen -W \"$verbs\" -- \"$current\")\n"
        "        [[ -z $current ]] || mapfile -t -O ${{#COMPREPLY[@]}} COMPREPLY < <(compgen -c -- \"$current\")\n"
        "        return\n    fi\n    case $verb in\n",
        joined(names_of(verbs)));
    for (const ManualVerb& verb : verbs)
        if (!verb.is_later) text += bash_case(verb, verbs);
    return text + std::string{bash_end};
}

std::string zsh_completion(const std::vector<ManualVerb>& verbs) {
    std::string text =
        "#compdef pyprof\n# Completion of pyprof for zsh; made by `pyprof completion zsh`.\n_pyprof() {\n    local -a "
        "verbs\n"
        "    verbs=(\n";
    for (const ManualVerb& verb : verbs)
        if (!verb.is_later) text += "        " + quoted(verb.name + ":" + verb.help, "") + "\n";
    text +=
        "    )\n    if ((CURRENT == 2)); then\n        _describe verb verbs\n        _command_names -e\n        "
        "return\n    fi\n"
        "    local verb=$words[2]\n    shift words\n    ((CURRENT--))\n    case $verb in\n";
    for (const ManualVerb& verb : verbs)
        if (!verb.is_later) text += zsh_case(verb, verbs);
    return text +
           "        *) _normal ;;\n    esac\n}\nif [ \"$funcstack[1]\" = _pyprof ]; then\n    _pyprof \"$@\"\nelse\n"
           "    compdef _pyprof pyprof\nfi\n";
}

std::string fish_completion(const std::vector<ManualVerb>& verbs) {
    std::string text = "# Completion of pyprof for fish; made by `pyprof completion fish`.\n";
    for (const ManualVerb& verb : verbs) {
        if (verb.is_later) continue;
        text +=
            fmt::format("complete -c pyprof -n __fish_use_subcommand -a {} -d {}\n", verb.name, fish_quoted(verb.help));
        const std::string seen = fmt::format("complete -c pyprof -n '__fish_seen_subcommand_from {}'", verb.name);
        for (const ManualOption& option : verb.options) {
            text += seen + " -l " + option.name;
            if (option.letter != 0) text += fmt::format(" -s {}", option.letter);
            if (!option.argument.empty()) text += option.takes_file() ? " -r -F" : " -x";
            if (!option.choices.empty()) text += " -a " + fish_quoted(joined(option.choices));
            text += " -d " + fish_quoted(option.help) + "\n";
        }
        const std::vector<std::string> choices = choices_of_words(verb, verbs);
        if (!choices.empty()) text += seen + " -f -a " + fish_quoted(joined(choices)) + "\n";
    }
    return text;
}

}  // namespace pyprof::cli
