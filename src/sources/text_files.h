#pragma once
// Lines of source files, each file read once: what they say is what they say now, not when they ran. One thread at a
// time.
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pyprof::sources {

using Lines = std::vector<std::string>;

Lines lines_of_text(std::string_view text);

// A regular file of at most 16 MiB; empty for others.
std::string text_of_file(const std::string& path);

// When the file, the archive or the notebook that has a text was last saved, in nanoseconds since 1970 by the clock of
// its file system; 0 if there is none.
std::uint64_t saved_ns(const std::string& path);

class TextFiles {
public:
    // The lines of a file, of one in an archive ("/there/app.zip/pkg/module.py", archive.h) or of a cell of a notebook
    // ("/there/cell 2 of study.ipynb", notebook.h); none if they cannot be had. Good as long as the object.
    const Lines& lines_of(const std::string& path);

private:
    std::unordered_map<std::string, Lines> files_;
};

}  // namespace pyprof::sources
