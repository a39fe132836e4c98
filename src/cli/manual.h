#pragma once
// Every verb and its options, as the parsers know them: what help, man page, completion and docs/options.md are made
// of.
#include <string>
#include <vector>

namespace pyprof::cli {

struct ManualOption {
    char letter = 0;                   // 0: none
    std::string name;                  // without dashes
    std::string argument;              // "HZ", "cpu|wall"; empty for flags
    std::vector<std::string> choices;  // all that the argument may be, where that is a list
    std::string variable;              // environment twin as it is set, "PYPROF_RATE=HZ"; empty: none
    std::string help;

    bool takes_file() const { return argument == "OUT" || argument == "PATH"; }
    std::string usage() const;  // "-r, --rate HZ"
};

struct ManualWord {
    std::string name;  // "FILE"
    std::string help;
    bool is_required = true;
    bool is_repeated = false;
    std::vector<std::string> choices;
};

struct ManualVerb {
    std::string name, help;
    bool is_later = false;
    std::vector<ManualWord> words;
    std::vector<ManualOption> options;

    std::string usage() const;  // "pyprof report [OPTIONS] FILE..."
};

// In the order in which pyprof shows them.
std::vector<ManualVerb> manual();

// What `pyprof help VERB` shows.
std::string help_text(const ManualVerb& verb);

// The man page pyprof(1), in roff as man(7) describes it.
std::string man_page(const std::vector<ManualVerb>& verbs, const std::string& version);

// docs/options.md.
std::string option_page(const std::vector<ManualVerb>& verbs);

}  // namespace pyprof::cli
