#include "agent/capture/native_code.h"

namespace pyprof::capture {

constinit NativeCode native_code;

bool NativeCode::set_up(RecordingWriter& writer, const char* executable) {
    modules.set_up(writer, executable);
    return set_up_object_lookup();
}

Row NativeCode::find_row(std::uint64_t pc, std::uint32_t generation) {
    Row row;
    if (rows.find(pc, generation, row)) return row;
    Module module;
    if (!modules.find(pc, module)) return Row{RowKind::none, 0, Row::rbp_same};
    row = decode_row(module, pc);
    rows.store(pc, generation, row);
    return row;
}

bool NativeCode::find_frame_rules(std::uint64_t pc, FrameRules& rules) {
    Module module;
    FunctionEntry entry;
    return modules.find(pc, module) && find_function(module.eh_frame_header, module.unwind_memory, pc, entry) &&
           find_rules(entry, pc, rules);
}

Row NativeCode::decode_row(const Module& module, std::uint64_t pc) const {
    FunctionEntry entry;
    if (!find_function(module.eh_frame_header, module.unwind_memory, pc, entry))
        return Row{RowKind::none, 0, Row::rbp_same}.in(module.id, 0);
    FrameRules rules;
    const Row row = find_rules(entry, pc, rules) ? compact(rules) : Row{RowKind::none, 0, Row::rbp_same};
    return row.in(module.id, pc - entry.begin);
}

}  // namespace pyprof::capture
