#pragma once
// The server lies in a module of its own beside pyprof-analyze, since the HTTP library brings others that take longer
// to load than most verbs take to run. Both are of one build.
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/page_server.h"

namespace pyprof::cli {

using OpenedServer = std::optional<Result<std::unique_ptr<PageServer>>>;

// What the module exports: PageServer::open.
inline constexpr const char* open_server_symbol = "pyprof_open_page_server";
using OpenServer = void(std::string* page, int port, OpenedServer* opened);

// Loads the module, which stays, and opens a server. An error says what to do about it.
Result<std::unique_ptr<PageServer>> open_server_of_module(std::string page, int port);

}  // namespace pyprof::cli
