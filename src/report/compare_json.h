#pragma once
// The machine-readable comparison, schema pyprof.compare/1 (compare.schema.json). Fields are added, never renamed.
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "compare/comparison.h"

namespace pyprof::report {

// At most `limit` functions, 0: all. Texts that are not UTF-8 get replacement characters.
std::string compare_json(const compare::Comparison& comparison, std::size_t limit);

// What a page Compare shows: the same with `facts` and `legend` (sentences), and of each function `builtin_calls` and,
// of several ranks, `ranks` (`min`, `mean`, `max` in seconds, `argmin`, `argmax`). docs/formats/html.md
nlohmann::ordered_json compare_section(const compare::Comparison& comparison);

}  // namespace pyprof::report
