#pragma once
// A file's bytes, read-only, mapped for the life of the object. Not for the signal side.
//
// Only bytes up to the size at opening are shown. A file that somebody else shortens meanwhile ends the reader with
// SIGBUS, as with every mapping; pyprof's own writers only ever let files grow, and replace them by renaming.
#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace pyprof {

class MappedFile {
public:
    // The error names the path and the system's reason. An empty file gives an empty span.
    static Result<MappedFile> open(const std::string& path);

    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    std::span<const std::byte> bytes() const { return {begin_, size_}; }

private:
    MappedFile(const std::byte* begin, std::size_t size) : begin_{begin}, size_{size} {}

    const std::byte* begin_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace pyprof
