#pragma once
// What the process's machine code says about itself: modules and unwind rows by pc. One per process, zero bits until
// it is used. Everything but set_up is async-signal-safe and may run on all threads at once.
#include <cstdint>

#include "agent/capture/call_site_cache.h"
#include "agent/capture/cfi.h"
#include "agent/capture/jit_table.h"
#include "agent/capture/module_table.h"
#include "agent/capture/row_cache.h"

namespace pyprof::capture {

struct NativeCode {
    ModuleTable modules;
    RowCache rows;
    WideRows wide_rows;
    HugeRows huge_rows;
    CallSiteCache call_sites;
    JitTable jit_code;

    // Before the first walk, not in a handler. False where objects cannot be looked up by address (dl_find.h): walks
    // then stop at the leaf.
    bool set_up(RecordingWriter& writer, const char* executable);

    // How to leave the frame whose lookup address is `pc`, from the cache or decoded now. RowKind::none with module 0
    // for code outside every loaded object. `generation` is modules.generation() as read when the walk began.
    Row find_row(std::uint64_t pc, std::uint32_t generation) { return find_part(pc, generation).row; }
    // The same by way of the calling thread's own rows.
    Row find_row(std::uint64_t pc, std::uint32_t generation, NearRows& near);
    // With the code that it is known to hold for; no byte where there is no object.
    RowPart find_part(std::uint64_t pc, std::uint32_t generation);

    // All rules of that frame, never cached. False without unwind information.
    bool find_frame_rules(std::uint64_t pc, FrameRules& rules);

private:
    bool find_again(std::uint64_t pc, std::uint32_t generation, RowPart& part);
    RowPart decode_row(const Module& module, std::uint64_t pc, std::uint32_t generation);
    void store(const RowPart& part, std::uint32_t generation);
    void store_at(std::uint64_t pc, const RowPart& part, std::uint32_t generation);
};

extern NativeCode native_code;

}  // namespace pyprof::capture
