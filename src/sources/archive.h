#pragma once
// Files in zip archives, for code that zipimport loaded (Lib/zipimport.py): from .zip and .egg files, and from zipapps,
// which begin with a line for the kernel.
#include <cstddef>
#include <optional>
#include <string>

namespace pyprof::sources {

// The file that Python names ARCHIVE/path/in/it. nullopt where no beginning of `path` is a regular file, where that is
// no archive or has no such member, or where the member is damaged, encrypted or of more than `most` bytes.
std::optional<std::string> read_from_archive(const std::string& path, std::size_t most);

}  // namespace pyprof::sources
