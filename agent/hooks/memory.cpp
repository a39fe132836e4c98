// mprotect: what every compiler of machine code calls before its code runs, when it has told debuggers of it. Compilers
// hand their tables of unwind information to __register_frame as well, but not for code that cannot throw, and that is
// the code that takes the time (docs/decisions/0085).
#include <stdlib.h>
#include <sys/mman.h>

#include "agent/hooks/exported.h"
#include "agent/hooks/real.h"
#include "agent/preload/agent.h"
#include "agent/preload/jit_code.h"

extern "C" PYPROF_EXPORTED int mprotect(void* begin, size_t bytes, int protection) noexcept {
    const int result = PYPROF_REAL(mprotect)(begin, bytes, protection);
    if (result == 0 && (protection & PROT_EXEC) != 0 && pyprof::preload::is_working())
        pyprof::preload::code_was_made(reinterpret_cast<std::uint64_t>(__builtin_return_address(0)));
    return result;
}
