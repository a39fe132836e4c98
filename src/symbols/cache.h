#pragma once
// Module indexes kept on disk by build id, so that a library is read once. docs/formats/symbol-cache.md describes the
// file. A cache that is absent, damaged, of another version or not writable only costs time.
//
// Any number of processes may read and write one folder: files appear whole, by rename.
#include <optional>
#include <string>

#include "base/result.h"
#include "symbols/module_index.h"

namespace pyprof::symbols {

// $XDG_CACHE_HOME/pyprof, else $HOME/.cache/pyprof; empty (no cache) if neither is an absolute path.
std::string default_cache_folder();

// Names one index. `made_from` says which files it was made from; an index made from others is not used.
struct CacheKey {
    std::string build_id;   // lower-case hex
    std::string made_from;  // empty: accept any
};

// False for a build id that cannot name a file: only hex digits, 4 to 128 of them, are accepted.
bool may_be_cached(const std::string& build_id);

std::optional<ModuleIndex> read_cache(const std::string& folder, const CacheKey& key);

// Makes the folder if need be. Fails without a trace left in it.
Status write_cache(const std::string& folder, const CacheKey& key, const ModuleIndex& index);

}  // namespace pyprof::symbols
