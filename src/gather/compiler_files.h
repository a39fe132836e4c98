#pragma once
// What JIT compilers left in files for `perf` about the code of one process, for code of which nothing else tells: its
// jitdump, else its perf map. They are read at the first question, which most processes never ask. Not for the signal
// side; one thread at a time.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gather/jit_dump.h"
#include "gather/perf_map.h"

namespace pyprof::gather {

class CompilerFiles {
public:
    CompilerFiles() = default;  // knows nothing
    // `header` is that of the process's recording, and must outlive the object.
    explicit CompilerFiles(const wire::RecordingHeader& header) : unread_{&header} {}

    // What the code at an address is; nullopt if no file says.
    std::optional<JitPlace> find(std::uint64_t address);

    // Sentences about what a reader should know of the answers.
    std::vector<std::string> notes() const;

private:
    void read();

    const wire::RecordingHeader* unread_ = nullptr;
    JitDump dump_;
    PerfMap map_;
    std::uint64_t replaced_ = 0;  // questions about places where several functions were
};

}  // namespace pyprof::gather
