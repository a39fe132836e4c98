// Any bytes as a module: symbols, function ranges, stubs, lines and inlined calls, asked for at many addresses.
#include <cstdint>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "base/check.h"
#include "symbols/module_symbols.h"

using namespace pyprof;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int file = memfd_create("module", MFD_CLOEXEC);
    if (file < 0 || write(file, data, size) != static_cast<ssize_t>(size)) return -1;
    symbols::Options options;
    options.debug_roots.clear();
    const auto module = symbols::ModuleSymbols::open("/proc/self/fd/" + std::to_string(file), "", options);
    std::vector<symbols::Frame> frames;
    for (std::uint64_t offset = 0; offset < 0x4000; offset += 16) {
        frames.clear();
        module->lookup(ModuleOffset{offset}, frames);
        PYPROF_CHECK(!frames.empty());
        for (const symbols::Frame& frame : frames) PYPROF_CHECK(frame.function < module->functions().size());
        PYPROF_CHECK(!frames.back().inlined);
    }
    close(file);
    return 0;
}
