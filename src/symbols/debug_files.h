#pragma once
// Where separate debug information of a module lies on this machine. What servers have is asked in debuginfod.h.
#include <string>
#include <vector>

#include "symbols/elf_file.h"

namespace pyprof::symbols {

// The files that may hold the debug information of a module with this build id, most likely first:
// ROOT/.build-id/xx/yyyy.debug for every root. Empty without a build id.
std::vector<std::string> build_id_paths(const std::string& build_id, const std::vector<std::string>& roots);

// The same by the name in `file`'s .gnu_debuglink: beside it, in .debug beside it, and below every root.
std::vector<std::string> debuglink_paths(const ElfFile& file, const std::vector<std::string>& roots);

// The debug file of a module, if there is one that belongs to it: of the same build id, or, where one of the two has
// none, with the checksum that .gnu_debuglink gives. `file` may be null when only the build id is known. `refused`,
// unless null, gets the path of a file that lies where the right one should, but belongs to another build.
Result<ElfFile> find_debug_file(const ElfFile* file, const std::string& build_id, const std::vector<std::string>& roots,
                                std::string* refused = nullptr);

}  // namespace pyprof::symbols
