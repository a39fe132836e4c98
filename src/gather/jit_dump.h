#pragma once
// jitdump: the binary file jit-PID.dump in which JIT compilers tell `perf` of their code while they make it (Linux
// tools/perf/Documentation/jitdump-specification.txt, version 1): functions with address, size and name, where they
// were moved, and lines. Written by CPython 3.13+ with -X perf_jit (/tmp), V8 with --perf-prof (the working directory),
// LLVM's perf listener and Java agents ($JITDUMPDIR/.debug/jit/*, else $HOME's). The unwinding information in it is
// passed over.
//
// No sample has a time of its own: where code was put in the place of other code, the address is the last one's, and
// `replaced` says so. Everything in the file is another program's word: each size is checked. Bounded: 64 MiB of a file
// are read. Not for the signal side.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gather/code_ranges.h"
#include "gather/jit_code.h"
#include "wire/recording.h"

namespace pyprof::gather {

class JitDump {
public:
    struct Found {
        JitPlace place;
        bool replaced = false;
    };

    JitDump() = default;

    // The dumps of the process that made a recording, as far as content_of_process() believes in them.
    static JitDump of(const wire::RecordingHeader& header);

    // Adds what a dump says that names the process `pid`; where it is damaged it ends. What is wrong with it ("ends
    // within a record"), empty if nothing is.
    std::string add(std::string_view dump, std::int32_t pid);

    std::optional<Found> find(std::uint64_t address) const;

    // Of each dump that of() found damaged its path and what is wrong with it.
    const std::vector<std::string>& problems() const { return problems_; }

private:
    struct Line {
        std::uint64_t offset = 0;  // in the function
        std::uint32_t file = 0;    // of files_
        std::uint32_t line = 0;
    };
    struct Function {
        std::string name;
        std::vector<Line> lines;  // by offset
    };
    class Reader;

    Code code_of(const Function& function, const Line* line) const;

    CodeRanges ranges_;  // of functions_
    std::vector<Function> functions_;
    std::vector<std::string> files_;
    std::vector<std::string> problems_;
};

}  // namespace pyprof::gather
