#include "cli/manual.h"

#include <algorithm>
#include <fmt/core.h>
#include <fmt/ranges.h>

#include "cli/analyze.h"
#include "cli/options.h"
#include "cli/verbs.h"
#include "report/words.h"

namespace pyprof::cli {
namespace {

std::vector<std::string> divided(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    for (std::size_t end = text.find(separator); end != std::string::npos; end = text.find(separator, begin)) {
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    parts.push_back(text.substr(begin));
    return parts;
}

// "cpu|wall" is a list of choices; "FILE|DIR" says in capitals what is meant.
std::vector<std::string> choices_in(const std::string& argument) {
    const bool is_list = argument.find('|') != std::string::npos;
    const bool has_capitals = std::ranges::any_of(argument, [](char c) { return c >= 'A' && c <= 'Z'; });
    return is_list && !has_capitals ? divided(argument, '|') : std::vector<std::string>{};
}

// CLI11 puts what its validators say behind the name of the type: "N:INT in [1 - 1000]", ":{function,line}".
std::string argument_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    const std::string name = type.substr(0, type.find(':'));
    const std::size_t begin = type.find('{'), end = type.find('}');
    if (!name.empty() || begin == std::string::npos || end == std::string::npos) return name;
    return fmt::format("{}", fmt::join(divided(type.substr(begin + 1, end - begin - 1), ','), "|"));
}

ManualVerb of_parser(const CLI::App& app) {
    ManualVerb verb{.name = app.get_name(), .help = app.get_description(), .words = {}, .options = {}};
    for (const CLI::Option* option : app.get_options()) {
        if (option == app.get_help_ptr()) continue;
        const bool is_flag = option->get_items_expected_max() == 0;
        const std::string argument = is_flag ? "" : argument_of(*option);
        if (!option->nonpositional()) {
            verb.words.push_back({option->get_name(true), option->get_description(), option->get_required(),
                                  option->get_items_expected_max() > 1, choices_in(argument)});
            continue;
        }
        const std::string letter = option->get_snames().empty() ? "" : option->get_snames().front();
        verb.options.push_back({letter.empty() ? '\0' : letter.front(), option->get_lnames().front(), argument,
                                choices_in(argument), "", option->get_description()});
    }
    return verb;
}

ManualVerb of_run(const Verb& run) {
    ManualVerb verb{.name = std::string{run.name},
                    .help = std::string{run.help},
                    .words = {{"COMMAND", "what to record, with its own options", true, true, {}}},
                    .options = {}};
    for (const RunOptionText& text : run_option_texts()) {
        const std::string value = text.flag_value.empty() ? text.argument : text.flag_value;
        verb.options.push_back(
            {text.letter, text.name, text.argument, choices_in(text.argument), text.variable + "=" + value, text.help});
    }
    return verb;
}

}  // namespace

std::string ManualOption::usage() const {
    return (letter == 0 ? "" : fmt::format("-{}, ", letter)) + "--" + name + (argument.empty() ? "" : " " + argument);
}

std::string ManualVerb::usage() const {
    std::string text = "pyprof " + name + (options.empty() ? "" : " [OPTIONS]");
    if (name == "run") text = "pyprof [run] [OPTIONS] [--]";
    for (const ManualWord& word : words) {
        const std::string shown = word.name + (word.is_repeated ? "..." : "");
        text += word.is_required ? " " + shown : " [" + shown + "]";
    }
    return text;
}

std::string help_text(const ManualVerb& verb) {
    std::string text = "usage: " + verb.usage() + "\n\n" + verb.help + "\n";
    const auto add = [&](const std::string& name, const std::string& help) {
        constexpr std::size_t indent = 28, width = 100;
        std::string line = "  " + name;
        if (line.size() + 2 > indent) {
            text += line + "\n";
            line.clear();
        }
        line.resize(indent, ' ');
        for (const std::string& part : report::wrapped(help, width - indent)) {
            text += line + part + "\n";
            line.assign(indent, ' ');
        }
    };
    if (!verb.words.empty()) text += "\n";
    for (const ManualWord& word : verb.words) add(word.name, word.help);
    if (!verb.options.empty()) text += "\n";
    for (const ManualOption& option : verb.options)
        add((option.letter == 0 ? "    " : "") + option.usage(), option.help);
    return text;
}

std::vector<ManualVerb> manual() {
    int unused = 0;
    const std::unique_ptr<CLI::App> app = analysis_parser(unused);
    std::vector<ManualVerb> verbs;
    for (const Verb& verb : all_verbs()) {
        const std::string name{verb.name};
        if (name == "run") {
            verbs.push_back(of_run(verb));
        } else if (name == "help") {
            verbs.push_back({name, std::string{verb.help}, false, {{"VERB", "which", false, false, {}}}, {}});
        } else if (verb.is_later) {
            verbs.push_back({name, std::string{verb.help}, true, {}, {}});
        } else {
            verbs.push_back(of_parser(*app->get_subcommand(name)));
        }
    }
    return verbs;
}

}  // namespace pyprof::cli
