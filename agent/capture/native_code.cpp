#include "agent/capture/native_code.h"

#include "agent/capture/load.h"

// What decodes rows, side by side by preload/sample_code.ld; null without it.
extern "C" {
[[gnu::weak, gnu::visibility("hidden")]] extern const char pyprof_decode_code[], pyprof_decode_code_end[];
}

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

[[gnu::hot]] Row NativeCode::find_row(std::uint64_t pc, std::uint32_t generation, NearRows& near) {
    RowPart part;
    if (near.find(pc, generation, part)) return part.row;
    part = find_part(pc, generation);
    near.store(pc, generation, part);
    return part.row;
}

// False for code outside every loaded object.
bool NativeCode::find_again(std::uint64_t pc, std::uint32_t generation, RowPart& part) {
    if (wide_rows.find(pc, generation, part) || huge_rows.find(pc, generation, part)) return true;
    prefetch_code(pyprof_decode_code, pyprof_decode_code_end);
    Module module;
    if (!modules.find(pc, module)) return false;
    part = decode_row(module, pc, generation);
    store_at(pc, part, generation);
    return true;
}

bool NativeCode::find_frame_rules(std::uint64_t pc, FrameRules& rules) {
    Module module;
    FunctionEntry entry;
    return modules.find(pc, module) && find_function(module.eh_frame_header, module.unwind_memory, pc, entry) &&
           find_rules(entry, pc, rules);
}

// Where a function was interrupted once, it will be again, at another of its rows: they are all stored, for most of the
// work was to find the function's entry.
RowPart NativeCode::decode_row(const Module& module, std::uint64_t pc, std::uint32_t generation) {
    constexpr std::uint32_t most_rows = 32;
    FunctionEntry entry;
    FrameRules rules;
    RowPart found{Row{RowKind::none, 0, Row::rbp_same}.in(module.id, 0), pc, pc + 1};
    if (!find_function(module.eh_frame_header, module.unwind_memory, pc, entry))
        return {found.row, entry.begin, entry.end};
    RowPart parts[most_rows];
    const std::uint32_t count = find_rows(entry, parts, most_rows);
    for (std::uint32_t i = 0; i < count; ++i) {
        parts[i].row = parts[i].row.in(module.id, parts[i].begin - entry.begin);
        store(parts[i], generation);
        if (pc >= parts[i].begin && pc < parts[i].end)
            found = {parts[i].row.further(pc - parts[i].begin), parts[i].begin, parts[i].end};
    }
    if (found.row.kind() == RowKind::none && find_rules(entry, pc, rules))
        found = {compact(rules).in(module.id, pc - entry.begin), rules.begin, rules.end};
    return found;
}

// Short pieces of a prologue are hardly ever interrupted, and would push out what is.
void NativeCode::store(const RowPart& part, std::uint32_t generation) {
    constexpr std::uint64_t least_bytes = 16, most_blocks = 8;
    const std::uint64_t bytes = part.end - part.begin;
    const std::uint64_t block_bytes = bytes > WideRows::block_bytes   ? HugeRows::block_bytes
                                      : bytes > RowCache::block_bytes ? WideRows::block_bytes
                                                                      : RowCache::block_bytes;
    std::uint64_t at = part.begin;
    for (std::uint64_t i = 0; i < most_blocks && at < part.end && bytes >= least_bytes; ++i) {
        store_at(at, {part.row.further(at - part.begin), part.begin, part.end}, generation);
        at = (at / block_bytes + 1) * block_bytes;
    }
}

// For the block of `pc`, as large a one as the code that the row holds for.
void NativeCode::store_at(std::uint64_t pc, const RowPart& part, std::uint32_t generation) {
    const std::uint64_t bytes = part.end - part.begin;
    if (bytes > WideRows::block_bytes)
        huge_rows.store(pc, generation, part);
    else if (bytes > RowCache::block_bytes)
        wide_rows.store(pc, generation, part);
    else
        rows.store(pc, generation, part);
}

}  // namespace pyprof::capture
