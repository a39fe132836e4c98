#include "cli/page_server_module.h"

#include <dlfcn.h>
#include <filesystem>

namespace pyprof::cli {
namespace {

std::string module_path() {
    std::error_code failure;
    return std::filesystem::read_symlink("/proc/self/exe", failure).parent_path() / "pyprof-serve.so";
}

}  // namespace

Result<std::unique_ptr<PageServer>> open_server_of_module(std::string page, int port) {
    void* const module = dlopen(module_path().c_str(), RTLD_NOW | RTLD_LOCAL);
    auto* const open = module == nullptr ? nullptr : reinterpret_cast<OpenServer*>(dlsym(module, open_server_symbol));
    if (open == nullptr)
        return Error{std::string{"the server of `pyprof view` cannot be loaded ("} + dlerror() +
                     "); install what is missing, or use `pyprof report FILE --html OUT`"};
    OpenedServer opened;
    open(&page, port, &opened);
    return *std::move(opened);
}

}  // namespace pyprof::cli
