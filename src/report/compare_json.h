#pragma once
// The machine-readable comparison, schema pyprof.compare/1 (compare.schema.json). Fields are added, never renamed.
#include <string>

#include "compare/comparison.h"

namespace pyprof::report {

// At most `limit` functions, 0: all. Texts that are not UTF-8 get replacement characters.
std::string compare_json(const compare::Comparison& comparison, std::size_t limit);

}  // namespace pyprof::report
