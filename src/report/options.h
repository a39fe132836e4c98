#pragma once
// What a reader of a report may choose.
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "profile/profile.h"

namespace pyprof::report {

enum class By { function, line, kernel, rank, thread, process, module, mpi };

// Where the work of threads that never ran Python stands: below the Python line that it was for, or apart.
enum class Workers { joined, apart };

// A metric that every profile has: how many samples.
inline constexpr const char* samples_metric = "samples";

struct Options {
    std::string metric{};                // empty: the profile's first
    std::optional<std::int32_t> rank{};  // only this one
    bool machinery = false;              // keep the frames of the interpreter and of bindings
    Workers workers = Workers::joined;
    std::size_t limit = 0;  // rows per list, 0: as many as the form of the report likes
};

// Where the text goes.
struct Style {
    std::size_t width = 100;  // columns
    bool unicode = true;      // bars of block characters, else of ASCII
    bool colour = false;
};

// The profile that the lists of a report are made of: without machinery unless it is asked for, with worker threads
// where they are wanted, of the chosen rank, with the chosen metric as its first. An unknown metric or rank is an error
// that names those there are.
Result<profile::Profile> prepare(const profile::Profile& profile, const Options& options);

}  // namespace pyprof::report
