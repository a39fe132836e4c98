#include "symbols/debuginfod.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <memory>
#include <unistd.h>

namespace pyprof::symbols {
namespace {

// As in elfutils/debuginfod.h, 0.179 and later.
struct Client {
    void* (*begin)() = nullptr;
    int (*find_debuginfo)(void* client, const unsigned char* build_id, int hex_if_0, char** path) = nullptr;
    void (*end)(void* client) = nullptr;
};

template <class Function>
bool look_up(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

// Never unloaded: the client starts libcurl, which does not like to end twice.
const Client* client_library() {
    static const std::unique_ptr<Client> client = []() -> std::unique_ptr<Client> {
        void* library = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
        auto found = std::make_unique<Client>();
        const bool is_whole = library != nullptr && look_up(library, "debuginfod_begin", found->begin) &&
                              look_up(library, "debuginfod_find_debuginfo", found->find_debuginfo) &&
                              look_up(library, "debuginfod_end", found->end);
        if (!is_whole) found.reset();
        return found;
    }();
    return client.get();
}

}  // namespace

Result<std::string> fetch_debug_file(const std::string& build_id) {
    const char* servers = std::getenv("DEBUGINFOD_URLS");
    if (servers == nullptr || *servers == '\0') return Error{"debuginfod: DEBUGINFOD_URLS names no server"};
    const Client* library = client_library();
    if (library == nullptr) return Error{"debuginfod: libdebuginfod.so.1 is not installed"};
    const std::unique_ptr<void, void (*)(void*)> client{library->begin(), library->end};
    if (client == nullptr) return Error{"debuginfod: the client does not start"};
    char* path = nullptr;
    const auto* id = reinterpret_cast<const unsigned char*>(build_id.c_str());
    const int file = library->find_debuginfo(client.get(), id, 0, &path);
    const std::unique_ptr<char, void (*)(void*)> owner{path, std::free};
    if (file == -ENOENT) return std::string{};
    if (file < 0) return Error{std::string{"debuginfod: "} + std::strerror(-file)};
    ::close(file);
    return std::string{path};
}

}  // namespace pyprof::symbols
