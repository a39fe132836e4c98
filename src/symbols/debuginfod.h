#pragma once
// Debug files from debuginfod servers, by elfutils' client library, which is loaded when it is first asked and need not
// be there. Only for those who ask for it: a server learns which libraries ran.
#include <string>

#include "base/result.h"

namespace pyprof::symbols {

// The path, in the client's own cache, of the debug file of a build id (lower-case hex). Servers are those of
// $DEBUGINFOD_URLS; an empty path says that they answered and have none. The client's other variables hold too,
// $DEBUGINFOD_TIMEOUT among them (90 s without an answer). The error says what is missing or what the client says.
Result<std::string> fetch_debug_file(const std::string& build_id);

}  // namespace pyprof::symbols
