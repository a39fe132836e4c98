#include "agent/capture/native_code.h"

namespace pyprof::capture {

constinit NativeCode native_code;

bool NativeCode::set_up(RecordingWriter& writer, const char* executable) {
    modules.set_up(writer, executable);
    jit_code.set_up(writer, modules);
    return set_up_object_lookup();
}

[[gnu::hot]] RowPart NativeCode::find_part(std::uint64_t pc, std::uint32_t generation) {
    RowPart part;
    if (rows.find(pc, generation, part)) return part;
    if (!find_again(pc, generation, part)) return {Row{RowKind::none, 0, Row::rbp_same}, pc, pc};
    rows.store(pc, generation, part);
    return part;
}

// False for code outside every loaded object.
bool NativeCode::find_again(std::uint64_t pc, std::uint32_t generation, RowPart& part) {
    if (wide_rows.find(pc, generation, part)) return true;
    Module module;
    if (!modules.find(pc, module)) return false;
    part = decode_row(module, pc);
    if (part.end - part.begin > RowCache::block_bytes) wide_rows.store(pc, generation, part);
    return true;
}

bool NativeCode::find_frame_rules(std::uint64_t pc, FrameRules& rules) {
    Module module;
    FunctionEntry entry;
    return modules.find(pc, module) && find_function(module.eh_frame_header, module.unwind_memory, pc, entry) &&
           find_rules(entry, pc, rules);
}

RowPart NativeCode::decode_row(const Module& module, std::uint64_t pc) const {
    FunctionEntry entry;
    if (find_function(module.eh_frame_header, module.unwind_memory, pc, entry)) {
        FrameRules rules;
        if (find_rules(entry, pc, rules))
            return {compact(rules).in(module.id, pc - entry.begin), rules.begin, rules.end};
        entry.begin = pc;
        entry.end = pc + 1;
    }
    return {Row{RowKind::none, 0, Row::rbp_same}.in(module.id, 0), entry.begin, entry.end};
}

}  // namespace pyprof::capture
