#include <map>
#include <memory>
#include <string>

#include "cli/analyze.h"
#include "cli/completion.h"
#include "cli/manual.h"

namespace pyprof::cli {
namespace {

using Write = std::string (*)(const std::vector<ManualVerb>& verbs);
const std::map<std::string, Write> shells = {
    {"bash", bash_completion}, {"fish", fish_completion}, {"zsh", zsh_completion}};

std::string as_man_page(const std::vector<ManualVerb>& verbs) { return man_page(verbs, PYPROF_VERSION); }
const std::map<std::string, Write> pages = {{"man", as_man_page}, {"markdown", option_page}};

// One word, the key of a table.
void add_word(CLI::App& verb, const char* name, const char* help, const std::map<std::string, Write>& table,
              int& exit_code) {
    const auto word = std::make_shared<std::string>();
    verb.add_option(name, *word, help)->required()->type_name("")->check(CLI::IsMember(&table));
    verb.callback([word, &table, &exit_code] { exit_code = finish(table.at(*word)(manual()), ""); });
}

}  // namespace

void add_completion(CLI::App& verb, int& exit_code) {
    add_word(verb, "SHELL", "write the script for this shell", shells, exit_code);
}

void add_manual(CLI::App& verb, int& exit_code) { add_word(verb, "PAGE", "as which page", pages, exit_code); }

}  // namespace pyprof::cli
