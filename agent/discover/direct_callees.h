#pragma once
// Which functions a function calls, from its machine code: those without a name of their own are found through an
// exported one that calls them. Not for signal handlers.
#include <cstdint>
#include <span>

#include "agent/cpython/runtime.h"

namespace pyprof::discover {

// Fills `callees` with the targets of the calls in `code`, which runs at `address`: each once, those inside `within`
// alone, 0 where there are no more. Instructions are not decoded (a call is the byte 0xe8 and a distance of 32 bits),
// so the bytes of another one may give a target where no function begins.
void find_direct_callees(std::span<const unsigned char> code, std::uint64_t address, cpython::CodeRange within,
                         std::span<std::uint64_t> callees);

}  // namespace pyprof::discover
