#pragma once
// Perf maps: the text files in which JIT compilers tell `perf` of their code, /tmp/perf-PID.map (Linux
// tools/perf/Documentation/jit-interface.txt): lines of begin and size in hexadecimal and a name. Written by Node.js,
// Java agents, Julia, and CPython with -X perf. Later lines replace earlier ones where they overlap. Bounded: 64 MiB
// and a million ranges are read. Not for the signal side.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gather/code_ranges.h"
#include "wire/recording.h"

namespace pyprof::gather {

class PerfMap {
public:
    PerfMap() = default;
    // What is no line of a map is passed over.
    explicit PerfMap(std::string_view text);

    // The map of the process that made a recording, as far as content_of_process() believes in it.
    static PerfMap of(const wire::RecordingHeader& header);

    // The name of the code at an address; empty if none is known. Valid as long as the object.
    std::string_view name_at(std::uint64_t address) const;
    bool empty() const { return ranges_.empty(); }

private:
    CodeRanges ranges_;  // of names_
    std::vector<std::string> names_;
};

}  // namespace pyprof::gather
