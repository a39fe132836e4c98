#include "agent/capture/stack_scan.h"

namespace pyprof::capture {
namespace {

constexpr std::uint64_t user_space_end = 1ULL << 47;
constexpr std::uint64_t longest_call = 7;   // without prefixes, which need not be looked at

// Length of "FF /2" with this ModRM and SIB byte, or 0 if it is not a call (AMD64 manual, volume 3, section 1.4).
std::uint64_t indirect_call_bytes(unsigned char modrm, unsigned char sib) {
    if ((modrm >> 3 & 7) != 2) return 0;
    const unsigned mode = modrm >> 6, base = modrm & 7;
    if (mode == 3) return 2;
    const std::uint64_t sib_bytes = base == 4 ? 1 : 0;
    const bool bare_displacement = mode == 0 && (base == 5 || (base == 4 && (sib & 7) == 5));
    const std::uint64_t displacement = mode == 1 ? 1 : mode == 2 || bare_displacement ? 4 : 0;
    return 2 + sib_bytes + displacement;
}

bool is_usable(const Row& row) { return row.kind() != RowKind::none; }

// A return address in code outside every object, where only the instruction before it can be looked at.
bool is_foreign_return_address(NativeCode& code, StackMemory& memory, std::uint64_t value) {
    Module module;
    std::uint64_t bytes = 0;
    if (value < 8 || value >= user_space_end || code.modules.find(value, module) || !memory.read(value - 8, bytes)) return false;
    return ends_with_call(reinterpret_cast<const unsigned char*>(&bytes) + 8, 8);
}

}  // namespace

bool ends_with_call(const unsigned char* end, std::uint64_t count) {
    constexpr unsigned char call_relative = 0xe8, group_5 = 0xff;
    if (count >= 5 && end[-5] == call_relative) return true;
    for (std::int64_t bytes = 2; bytes <= static_cast<std::int64_t>(longest_call < count ? longest_call : count); ++bytes) {
        const unsigned char sib = bytes > 2 ? end[2 - bytes] : 0;
        if (end[-bytes] == group_5 && indirect_call_bytes(end[1 - bytes], sib) == static_cast<std::uint64_t>(bytes)) return true;
    }
    return false;
}

bool is_return_address(NativeCode& code, std::uint32_t generation, std::uint64_t value) {
    Module module;
    if (value < longest_call || value >= user_space_end || !code.modules.find(value - 1, module)) return false;
    if (!module.text.holds(value - 1, 1)) return false;
    return ends_with_call(reinterpret_cast<const unsigned char*>(value), value - module.text.begin) &&
           is_usable(code.find_row(value - 1, generation));
}

bool scan_for_caller(NativeCode& code, std::uint32_t generation, StackMemory& memory, std::uint64_t sp, GuessedCaller& caller) {
    std::uint64_t at = (sp + 7) & ~7ULL;
    for (std::uint32_t i = 0; i < max_scanned_words; ++i, at += 8) {
        std::uint64_t value = 0;
        if (!memory.is_plausible_cfa(at + 8, sp) || !memory.read(at, value)) return false;
        if (!is_return_address(code, generation, value)) continue;
        caller.pc = value;
        caller.sp = at + 8;
        return true;
    }
    return false;
}

bool follow_frame_pointer(NativeCode& code, std::uint32_t generation, StackMemory& memory, std::uint64_t sp,
                          GuessedCaller& caller) {
    const std::uint64_t cfa = caller.bp + 16;
    std::uint64_t pc = 0, bp = 0;
    if (caller.bp < sp || !memory.is_plausible_cfa(cfa, sp) || !memory.read(cfa - 8, pc) || !memory.read(cfa - 16, bp)) return false;
    if (!is_return_address(code, generation, pc) && !is_foreign_return_address(code, memory, pc)) return false;
    caller = {pc, cfa, bp};
    return true;
}

}  // namespace pyprof::capture
