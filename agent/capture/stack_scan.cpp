#include "agent/capture/stack_scan.h"

#include <cstring>

#include "agent/capture/executable_ranges.h"
#include "agent/capture/load.h"
#include "agent/capture/unloading.h"
#include "wire/recording.h"

// This file's functions and what they call, side by side by preload/sample_code.ld; null without it.
extern "C" {
[[gnu::weak, gnu::visibility("hidden")]] extern const char pyprof_scan_code[], pyprof_scan_code_end[];
}

namespace pyprof::capture {
namespace {

constexpr std::uint64_t user_space_end = 1ULL << 47;
constexpr std::uint32_t near_words = 64;  // beyond, a return address is more likely an earlier call's
constexpr std::uint32_t words_at_once = 16;
constexpr unsigned char call_relative = 0xe8;
constexpr std::uint64_t longest_call = 7;  // without prefixes, which need not be looked at

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

// In the code of a loaded object, right after a call.
bool follows_call(NativeCode& code, std::uint64_t value) {
    Module module;
    if (value < longest_call || value >= user_space_end || !code.modules.find(value - 1, module)) return false;
    const MemoryRange segment = module.image.code_around(value - 1);
    return segment.holds(value - 1, 1) &&
           ends_with_call(reinterpret_cast<const unsigned char*>(value), value - segment.begin);
}

// The same in code outside every object, of which only the instruction before it can be looked at.
bool follows_foreign_call(NativeCode& code, StackMemory& memory, std::uint64_t value) {
    Module module;
    std::uint64_t bytes = 0;
    if (value < 8 || value >= user_space_end || code.modules.find(value, module) || !memory.read(value - 8, bytes))
        return false;
    return ends_with_call(reinterpret_cast<const unsigned char*>(&bytes) + 8, 8) && executable_ranges.may_hold(value);
}

// Whether a function begins with a jump, after endbr64 if it has one: linkage stubs and thunks.
bool begins_with_jump(const unsigned char* code, std::uint64_t count) {
    constexpr unsigned char endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};
    if (count < 16) return false;
    if (std::memcmp(code, endbr64, sizeof endbr64) == 0) code += sizeof endbr64;
    if (*code == 0xf2) ++code;  // bnd
    return *code == 0xe9 || (code[0] == 0xff && code[1] == 0x25);
}

// What the call before return address `value` went to, if it says so itself. A stub or thunk may lead anywhere.
CallSite find_callee(NativeCode& code, std::uint32_t generation, std::uint64_t value) {
    constexpr std::uint64_t call_bytes = 5;
    unsigned char opcode = 0;
    std::int32_t distance = 0;
    Module module;
    if (!code.modules.find(value - 1, module) ||
        !module.image.code_around(value - 1).holds(value - call_bytes, call_bytes))
        return CallSite::call;
    std::memcpy(&opcode, reinterpret_cast<const void*>(value - call_bytes), sizeof opcode);
    std::memcpy(&distance, reinterpret_cast<const void*>(value - 4), sizeof distance);
    if (opcode != call_relative) return CallSite::call;
    const std::uint64_t target = value + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance));
    if (!code.modules.find(target, module)) return CallSite::call;
    const MemoryRange segment = module.image.code_around(target);
    if (!segment.holds(target, 1) ||
        begins_with_jump(reinterpret_cast<const unsigned char*>(target), segment.end - target))
        return CallSite::call;
    return code.find_row(target, generation).kind() == RowKind::none ? CallSite::call_without : CallSite::call_with;
}

// The call that `value` follows, if it follows one in a loaded object.
CallSite find_call_site(NativeCode& code, std::uint32_t generation, std::uint64_t value) {
    CallSite site = code.call_sites.find(value, generation);
    if (site != CallSite::unknown) return site;
    site = follows_call(code, value) ? find_callee(code, generation, value) : CallSite::none;
    code.call_sites.store(value, generation, site);
    return site;
}

// Follows the callers of a candidate. Return addresses that earlier calls left on the stack, often in whole chains,
// lead sooner or later to a word that is none, into a later call of code without unwind information, or to the end of
// an earlier sample's handler.
class CallerChain {
public:
    CallerChain(const ScannedFrame& frame, StackMemory& memory, std::uint64_t pc, std::uint64_t sp)
        : code_{frame.code},
          generation_{frame.generation},
          near_rows_{frame.near_rows},
          last_walk_{frame.last_walk},
          memory_{memory},
          pc_{pc},
          sp_{sp},
          row_{code_.find_row(pc - 1, generation_, near_rows_)} {}

    // Whether the chain is sound as far as it can be followed, or until it leads into the last walk. The outermost
    // frame calls no code of this kind: words that name it are copies.
    bool is_sound() {
        if (row_.kind() == RowKind::bottom) return false;
        Link link = Link::sound;
        for (std::uint32_t i = 0; i < max_links && link == Link::sound && !is_remembered(); ++i) link = follow();
        return link != Link::broken;
    }

private:
    static constexpr std::uint32_t max_links = 128;
    enum class Link : std::uint8_t { sound, broken, end };  // end: the bottom, or no telling

    bool is_remembered() const {
        return last_walk_ != nullptr && last_walk_->leads_to_bottom(pc_, sp_, knows_bp_ ? &bp_ : nullptr);
    }

    Link follow() {
        const bool by_rbp = row_.kind() == RowKind::rbp && knows_bp_;
        if (row_.kind() != RowKind::rsp && !by_rbp) return Link::end;
        const std::uint64_t cfa = (by_rbp ? bp_ : sp_) + static_cast<std::uint64_t>(row_.cfa_field() * 8);
        if (!memory_.is_plausible_cfa(cfa, sp_) || !memory_.read(cfa - 8, pc_)) return Link::broken;
        sp_ = cfa;
        if (!find_saved_bp()) return Link::broken;
        const Row callee = row_;
        row_ = code_.find_row(pc_ - 1, generation_, near_rows_);
        return judge(callee);
    }

    // rbp is unknown until a frame is met that saved it.
    bool find_saved_bp() {
        if (row_.rbp_field() == Row::rbp_same) return true;
        if (row_.rbp_field() == Row::rbp_at_rbp) return knows_bp_ && memory_.read(bp_, bp_);
        knows_bp_ = true;
        return memory_.read(sp_ + static_cast<std::uint64_t>(row_.rbp_field() * 8), bp_);
    }

    // The link from the frame of `callee` to the return address just found.
    Link judge(Row callee) {
        if (row_.kind() == RowKind::signal)
            return (code_.modules.flags(callee.module()) & wire::module_flags::agent) != 0 ? Link::broken : Link::end;
        const CallSite site = find_call_site(code_, generation_, pc_);
        if (site != CallSite::none) return site == CallSite::call_without ? Link::broken : Link::sound;
        return follows_foreign_call(code_, memory_, pc_) ? Link::sound : Link::broken;
    }

    NativeCode& code_;
    const std::uint32_t generation_;
    NearRows& near_rows_;
    const RememberedWalk* const last_walk_;
    StackMemory& memory_;
    std::uint64_t pc_, sp_;
    Row row_;  // of the frame at pc_
    std::uint64_t bp_ = 0;
    bool knows_bp_ = false;
};

// The agent calls no code without unwind information: its handler left the word there.
bool is_of_agent(NativeCode& code, std::uint32_t generation, std::uint64_t value) {
    return (code.modules.flags(code.find_row(value - 1, generation).module()) & wire::module_flags::agent) != 0;
}

// Most words of a stack are numbers or addresses of the stack: no object's code lies there.
bool may_be_code(const StackMemory& memory, std::uint64_t value) {
    return value >= page_size && value < user_space_end && !memory.is_on_stack(value);
}

// Asks for what is known of the words from `at`, which lie in different places, all at once.
void expect_words(const ScannedFrame& frame, const StackMemory& memory, std::uint64_t at) {
    for (std::uint32_t i = 0; i < words_at_once && memory.is_trusted(at); ++i, at += 8) {
        const auto value = load<std::uint64_t>(at);
        if (may_be_code(memory, value)) frame.code.call_sites.expect(value);
    }
}

// The first sound return address among `words` words from `at`; if there is none and it need not be sound, the first.
bool scan(const ScannedFrame& frame, StackMemory& memory, std::uint64_t at, std::uint32_t words, bool must_be_sound,
          GuessedCaller& caller) {
    bool found = false;
    for (std::uint32_t i = 0; i < words && frame.words_left > 0; ++i, --frame.words_left, at += 8) {
        std::uint64_t value = 0;
        if (i % words_at_once == 0) expect_words(frame, memory, at);
        if (!memory.is_plausible_cfa(at + 8, frame.sp) || !memory.read(at, value)) return found;
        if (!may_be_code(memory, value) || !is_return_address(frame.code, frame.generation, value) ||
            is_of_agent(frame.code, frame.generation, value))
            continue;
        const bool is_sound = CallerChain{frame, memory, value, at + 8}.is_sound() &&
                              (frame.has_unwind_information ||
                               find_call_site(frame.code, frame.generation, value) != CallSite::call_with);
        if (is_sound || (!must_be_sound && !found)) caller = {value, at + 8, caller.bp, is_sound};
        if (is_sound) return true;
        found = !must_be_sound;
    }
    return found;
}

// A kernel that realigns its stack keeps the old stack pointer in a register, a few saved words below its return
// address. What lies between is a buffer, full of what earlier calls left. Lower registers first: higher ones may be
// the caller's.
bool scan_from_registers(const ScannedFrame& frame, StackMemory& memory, std::uint64_t begin, GuessedCaller& caller) {
    constexpr std::uint32_t saved_words = 17;  // at most all registers and the return address
    if (frame.registers == nullptr) return false;
    std::uint64_t after = begin;
    for (std::uint32_t tries = 0; tries < return_register; ++tries) {
        std::uint64_t lowest = begin + max_scanned_words * 8;
        for (std::uint32_t column = 0; column < return_register; ++column) {
            const std::uint64_t value = frame.registers->value[column];
            if (value > after && value < lowest && value % 8 == 0) lowest = value;
        }
        if (lowest == begin + max_scanned_words * 8) return false;
        if (scan(frame, memory, lowest, saved_words, true, caller)) return true;
        after = lowest;
    }
    return false;
}

// Where the call that ends at `end` went, if it says so itself: "call rel32", or "movabs r, imm64; call r", as LLVM has
// it between objects. 0: it does not say. 12 bytes before `end` are readable.
std::uint64_t target_of_call(const unsigned char* end, std::uint64_t address) {
    std::int32_t distance = 0;
    std::uint64_t target = 0;
    std::memcpy(&distance, end - 4, sizeof distance);
    std::memcpy(&target, end - 10, sizeof target);
    if (end[-5] == call_relative) return address + static_cast<std::uint64_t>(static_cast<std::int64_t>(distance));
    const bool by_register =
        end[-12] == 0x48 && (end[-11] & 0xf8) == 0xb8 && end[-2] == 0xff && (end[-1] & 0xf8) == 0xd0;
    return by_register && (end[-11] & 7) == (end[-1] & 7) ? target : 0;
}

// Whether `value` follows a call in JIT code that may have gone to `callee`: not one to the start of another function.
bool follows_jit_call(const JitTable& jit, StackMemory& memory, MemoryRange callee, std::uint64_t value) {
    unsigned char bytes[16];
    if (jit.function_at(value - 1).begin == 0) return false;
    for (std::uint64_t i = 0; i < sizeof bytes; i += 8) {
        std::uint64_t word = 0;
        if (!memory.read(value - sizeof bytes + i, word)) return false;
        std::memcpy(bytes + i, &word, sizeof word);
    }
    const unsigned char* const end = bytes + sizeof bytes;
    if (!ends_with_call(end, sizeof bytes)) return false;
    const std::uint64_t target = target_of_call(end, value);
    return target == 0 || target == callee.begin || jit.function_at(target).begin != target;
}

}  // namespace

bool ends_with_call(const unsigned char* end, std::uint64_t count) {
    constexpr unsigned char group_5 = 0xff;
    if (count >= 5 && end[-5] == call_relative) return true;
    for (std::int64_t bytes = 2; bytes <= static_cast<std::int64_t>(longest_call < count ? longest_call : count);
         ++bytes) {
        const unsigned char sib = bytes > 2 ? end[2 - bytes] : 0;
        if (end[-bytes] == group_5 && indirect_call_bytes(end[1 - bytes], sib) == static_cast<std::uint64_t>(bytes))
            return true;
    }
    return false;
}

bool is_return_address(NativeCode& code, std::uint32_t generation, std::uint64_t value) {
    return find_call_site(code, generation, value) != CallSite::none &&
           code.find_row(value - 1, generation).kind() != RowKind::none;
}

bool return_at_top(const ScannedFrame& frame, StackMemory& memory, GuessedCaller& caller) {
    const ObjectReader reader;
    return reader.may_read() && scan(frame, memory, frame.sp, 1, true, caller);
}

bool scan_for_caller(const ScannedFrame& frame, StackMemory& memory, GuessedCaller& caller) {
    prefetch_code(pyprof_scan_code, pyprof_scan_code_end);
    const bool is_first = frame.rejected == 0;
    const std::uint64_t begin = is_first ? (frame.sp + 7) & ~7ULL : frame.rejected + 8;
    const ObjectReader reader;
    if (!reader.may_read()) return false;
    return scan(frame, memory, begin, near_words, true, caller) || scan_from_registers(frame, memory, begin, caller) ||
           scan(frame, memory, begin, max_scanned_words, !is_first, caller);
}

bool scan_for_jit_caller(const ScannedFrame& frame, std::uint64_t pc, StackMemory& memory, GuessedCaller& caller) {
    const MemoryRange callee = frame.code.jit_code.function_at(pc);
    const ObjectReader reader;
    if (callee.begin == 0 || !reader.may_read()) return false;
    std::uint64_t at = (frame.sp + 7) & ~7ULL;
    for (std::uint32_t i = 0; i < near_words && frame.words_left > 0; ++i, --frame.words_left, at += 8) {
        std::uint64_t value = 0;
        if (!memory.is_plausible_cfa(at + 8, frame.sp) || !memory.read(at, value)) return false;
        if (follows_jit_call(frame.code.jit_code, memory, callee, value)) {
            caller = {value, at + 8, caller.bp};
            return true;
        }
        if (is_return_address(frame.code, frame.generation, value) &&
            CallerChain{frame, memory, value, at + 8}.is_sound())
            return false;
    }
    return false;
}

bool follow_frame_pointer(NativeCode& code, std::uint32_t generation, StackMemory& memory, std::uint64_t sp,
                          GuessedCaller& caller) {
    const std::uint64_t cfa = caller.bp + 16;
    std::uint64_t pc = 0, bp = 0;
    if (caller.bp < sp || !memory.is_plausible_cfa(cfa, sp) || !memory.read(cfa - 8, pc) || !memory.read(cfa - 16, bp))
        return false;
    const ObjectReader reader;
    if (!reader.may_read()) return false;
    if (!is_return_address(code, generation, pc) && !follows_foreign_call(code, memory, pc)) return false;
    caller = {pc, cfa, bp};
    return true;
}

}  // namespace pyprof::capture
