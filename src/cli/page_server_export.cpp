// What pyprof-serve.so shows: page_server_module.h.
#include <utility>

#include "cli/page_server_module.h"

extern "C" __attribute__((visibility("default"))) void pyprof_open_page_server(std::string* page, int port,
                                                                               pyprof::cli::OpenedServer* opened) {
    opened->emplace(pyprof::cli::PageServer::open(std::move(*page), port));
}
