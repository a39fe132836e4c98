#include <fmt/core.h>

#include "cli/manual.h"

namespace pyprof::cli {
namespace {

std::string cell(const std::string& text) {
    std::string escaped;
    for (const char c : text) escaped += c == '|' ? std::string{"\\|"} : std::string{c};
    return escaped;
}

std::string section(const ManualVerb& verb) {
    std::string text = fmt::format("\n## {}\n{}.\n\n    {}\n", verb.name, verb.help, verb.usage());
    const bool has_variables = !verb.options.empty() && !verb.options.front().variable.empty();
    std::string rows;
    for (const ManualWord& word : verb.words)
        rows += fmt::format("| `{}` | {} |{}\n", cell(word.name), cell(word.help), has_variables ? " |" : "");
    for (const ManualOption& option : verb.options)
        rows += fmt::format("| `{}` | {} |{}\n", cell(option.usage()), cell(option.help),
                            has_variables ? " `" + cell(option.variable) + "` |" : "");
    if (rows.empty()) return text;
    return text +
           (has_variables ? "\n| option | does | variable |\n|---|---|---|\n" : "\n| option | does |\n|---|---|\n") +
           rows;
}

}  // namespace

std::string option_page(const std::vector<ManualVerb>& verbs) {
    std::string text =
        "# Verbs and options\n"
        "Made from the tables that pyprof itself reads, by `libexec/pyprof/pyprof-analyze manual markdown`; a test "
        "holds this "
        "page against them.\n`pyprof help VERB` and `man pyprof` say the same.\n";
    std::string later;
    for (const ManualVerb& verb : verbs) {
        if (verb.is_later)
            later += (later.empty() ? "`" : ", `") + verb.name + "`";
        else if (!verb.words.empty() || !verb.options.empty())
            text += section(verb);
    }
    if (!later.empty()) text += "\n## Later\nReserved for later versions: " + later + ".\n";
    return text;
}

}  // namespace pyprof::cli
