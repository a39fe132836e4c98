// dlopen and dlclose, so that remembered addresses are checked again. dlopen ends in a jump: the loader resolves
// RUNPATH and $ORIGIN by the address it will return to, which must stay the caller's (docs/decisions/0002). dlclose
// does not ask who called it.
#include <dlfcn.h>
#include <link.h>

#include "agent/capture/unloading.h"
#include "agent/hooks/exported.h"
#include "agent/hooks/real.h"
#include "agent/preload/agent.h"

namespace {

// From here on dlclose only counts: the library is there until the process ends.
void keep_loaded(void* library) {
    link_map* map = nullptr;
    if (dlinfo(library, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr) return;
    void* const again = PYPROF_REAL(dlopen)(map->l_name, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
    if (again != nullptr) PYPROF_REAL(dlclose)(again);
}

}  // namespace

extern "C" {

// Called by the jump below before it goes on; returns where to.
[[gnu::used]] void* pyprof_before_dlopen() {
    pyprof::preload::expect_library();
    return reinterpret_cast<void*>(PYPROF_REAL(dlopen));
}

PYPROF_EXPORTED int dlclose(void* library) noexcept {
    pyprof::preload::expect_library();
    if (!pyprof::capture::begin_unload()) keep_loaded(library);
    const int result = PYPROF_REAL(dlclose)(library);
    pyprof::capture::end_unload();
    pyprof::preload::expect_library();  // what was looked up meanwhile is looked up again
    return result;
}
}

// Saves the argument registers, asks where to go, and jumps there with the caller's return address still on the stack.
#define PYPROF_JUMP_THROUGH(name, before)                                 \
    __asm__(".text\n.globl " #name "\n.type " #name ", @function\n" #name \
            ":\n"                                                         \
            ".cfi_startproc\n"                                            \
            "    endbr64\n"                                               \
            "    pushq %rdi\n    .cfi_adjust_cfa_offset 8\n"              \
            "    pushq %rsi\n    .cfi_adjust_cfa_offset 8\n"              \
            "    subq $8, %rsp\n    .cfi_adjust_cfa_offset 8\n"           \
            "    call " #before                                           \
            "\n"                                                          \
            "    addq $8, %rsp\n    .cfi_adjust_cfa_offset -8\n"          \
            "    popq %rsi\n    .cfi_adjust_cfa_offset -8\n"              \
            "    popq %rdi\n    .cfi_adjust_cfa_offset -8\n"              \
            "    jmpq *%rax\n"                                            \
            ".cfi_endproc\n.size " #name ", .-" #name "\n")

PYPROF_JUMP_THROUGH(dlopen, pyprof_before_dlopen);
