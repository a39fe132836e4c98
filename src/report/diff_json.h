#pragma once
// The machine-readable difference, schema pyprof.diff/1 (diff.schema.json). Fields are added, never renamed.
#include <optional>
#include <string>

#include "diff/difference.h"

namespace pyprof::report {

// What --fail-over asked, and the answer.
struct Threshold {
    double percent = 0;
    std::string function;  // empty: the whole run
    bool is_exceeded = false;
};

// At most `limit` functions and as many lines, 0: all. Texts that are not UTF-8 get replacement characters.
std::string diff_json(const diff::Difference& difference, std::size_t limit, const std::optional<Threshold>& threshold);

}  // namespace pyprof::report
