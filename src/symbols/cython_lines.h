#pragma once
// The lines of Cython's source. Without `#line` directives, which is Cython's default, debugging information speaks of
// the C file that Cython wrote; there a comment before the code of each statement says where it comes from:
//   /* "heat/core.pyx":12
// (Cython/Compiler/Code.py, emit_marker, 0.29 to 3.1). It holds to the next such comment, or the end of the function.
// One without indentation is the definition's, and holds again from the beginning of the body ("__pyx_pf_…"), which
// follows the wrapper.
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pyprof::symbols {

struct SourceLine {
    std::string_view file;
    std::uint32_t line = 0;
};

class CythonLines {
public:
    // What a line of a C or C++ file was written for. The line itself if Cython did not write the file, if it cannot be
    // read (any more), or the line is Cython's own. A relative name is beside the C file if it is there, else it counts
    // from `folder`, where the compiler ran. Views are valid as long as the object, or as `of`.
    SourceLine source_of(SourceLine of, std::string_view folder);

private:
    struct Marker {
        std::uint32_t c_line = 0;  // from here on
        std::string file;          // empty: Cython's own code
        std::uint32_t line = 0;
    };
    static std::vector<Marker> read(const std::string& path, std::string_view folder);

    std::unordered_map<std::string, std::vector<Marker>> files_;  // sorted by line; empty: not Cython's
};

}  // namespace pyprof::symbols
