#pragma once
// The words that may stand first on pyprof's command line.
#include <string>
#include <string_view>
#include <vector>

namespace pyprof::cli {

struct Verb {
    std::string_view name;
    std::string_view help;
    bool is_later = false;  // reserved: not in this version
};

// In the order in which they are shown.
std::vector<Verb> all_verbs();

// A verb that pyprof-analyze carries out (`report`, `view`, …).
bool is_analysis_verb(const std::string& word);

// The verb that `word` may be a slip of, or empty.
std::string similar_verb(const std::string& word);

// One screen.
std::string overview();

// Becomes pyprof-analyze with these arguments (the verb first, nullptr last). Returns, with the exit code, only if that
// is impossible.
int run_analysis(const std::vector<char*>& arguments);

}  // namespace pyprof::cli
