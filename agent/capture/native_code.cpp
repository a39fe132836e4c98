#include "agent/capture/native_code.h"

namespace pyprof::capture {

constinit NativeCode native_code;

bool NativeCode::set_up(RecordingWriter& writer, const char* executable) {
    modules.set_up(writer, executable);
    jit_code.set_up(writer, modules);
    return set_up_object_lookup();
}

[[gnu::hot]] Row NativeCode::find_row(std::uint64_t pc, std::uint32_t generation) {
    Row row;
    if (rows.find(pc, generation, row)) return row;
    Module module;
    if (!modules.find(pc, module)) return Row{RowKind::none, 0, Row::rbp_same};
    FrameRules rules;
    row = decode_row(module, pc, rules);
    rows.store(pc, generation, row, rules.begin, rules.end);
    return row;
}

bool NativeCode::find_frame_rules(std::uint64_t pc, FrameRules& rules) {
    Module module;
    FunctionEntry entry;
    return modules.find(pc, module) && find_function(module.eh_frame_header, module.unwind_memory, pc, entry) &&
           find_rules(entry, pc, rules);
}

Row NativeCode::decode_row(const Module& module, std::uint64_t pc, FrameRules& rules) const {
    constexpr Row none{RowKind::none, 0, Row::rbp_same};
    FunctionEntry entry;
    if (find_function(module.eh_frame_header, module.unwind_memory, pc, entry)) {
        if (find_rules(entry, pc, rules)) return compact(rules).in(module.id, pc - entry.begin);
        entry.begin = pc;
        entry.end = pc + 1;
    }
    rules.begin = entry.begin;
    rules.end = entry.end;
    return none.in(module.id, 0);
}

}  // namespace pyprof::capture
