// Any bytes as a jitdump.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/check.h"
#include "gather/jit_dump.h"

using namespace pyprof;

namespace {

// The process that a dump says it is of, so that what follows the header is read.
std::int32_t stated_pid(std::string_view dump) {
    constexpr std::size_t at = 20;
    std::int32_t pid = 0;
    if (dump.size() >= at + sizeof pid) std::memcpy(&pid, dump.data() + at, sizeof pid);
    return pid;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    gather::JitDump dump;
    dump.add(bytes, stated_pid(bytes));
    for (std::uint64_t address = 0; address < 0x6000; address += 7) {
        const auto found = dump.find(address);
        if (!found) continue;
        PYPROF_CHECK(found->place.function.name.size() + found->place.function.file.size() <= size);
        PYPROF_CHECK(found->place.function.first_line >= 0);
    }
    return 0;
}
