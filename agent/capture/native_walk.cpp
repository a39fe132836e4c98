#include "agent/capture/native_walk.h"

#include "agent/capture/exact_cfi.h"
#include "agent/capture/native_code.h"
#include "agent/capture/stack_memory.h"
#include "agent/capture/stack_scan.h"

namespace pyprof::capture {
namespace {

enum class Step : std::uint8_t { stepped, bottom, failed };

// The rows of the last walk, read in step with the current one, and the current one's rows, kept for the next.
class RowMemo {
public:
    RowMemo(WalkMemo& memo, std::uint32_t generation)
        : memo_{memo},
          old_{memo.frames[memo.current]},
          old_count_{memo.generation == generation ? memo.count : 0},
          fresh_{memo.frames[1 - memo.current]} {
        memo.generation = generation;
    }

    // Called with increasing sp.
    Row find(NativeCode& code, std::uint64_t pc, std::uint64_t sp) {
        while (next_ < old_count_ && old_[next_].sp < sp) ++next_;
        const bool known = next_ < old_count_ && old_[next_].sp == sp && old_[next_].pc == pc;
        const Row row = known ? old_[next_].row : code.find_row(pc, memo_.generation);
        if (count_ < WalkMemo::max_frames) fresh_[count_++] = {pc, sp, row};
        return row;
    }

    void keep() {
        memo_.current = 1 - memo_.current;
        memo_.count = count_;
    }

private:
    WalkMemo& memo_;
    const WalkMemo::Frame* old_;
    std::uint32_t old_count_;
    WalkMemo::Frame* fresh_;
    std::uint32_t next_ = 0;
    std::uint32_t count_ = 0;
};

class Walk {
public:
    Walk(const Registers& registers, StackBounds stack, WalkMemo& memo, NativeStack& out)
        : leaf_{registers},
          out_{out},
          generation_{native_code.modules.generation()},
          rows_{memo, generation_},
          memory_{stack, registers.sp()},
          pc_{registers.ip()},
          sp_{registers.sp()},
          bp_{registers.bp()} {
        out_.count = 0;
        out_.guessed = false;
    }

    void run() {
        Step step = Step::stepped;
        while (step == Step::stepped && out_.count < max_native_frames) {
            const Row row = rows_.find(native_code, lookup_address(pc_, is_return_address_), sp_);
            append_frame(row);
            step = leave(row);
            if (step == Step::failed) step = guess(row);
            if (step == Step::stepped && pc_ == 0) step = Step::bottom;
        }
        rows_.keep();
        out_.end = step == Step::stepped ? WalkEnd::full : step == Step::bottom ? WalkEnd::bottom : WalkEnd::stopped;
        const std::uint64_t last_sp = out_.frames[out_.count - 1].sp;
        out_.stack_end = step == Step::stepped ? sp_ : step == Step::bottom ? memory_.end_of(last_sp) : last_sp;
    }

private:
    static std::uint64_t lookup_address(std::uint64_t pc, bool is_return_address) {
        return is_return_address ? pc - 1 : pc;
    }

    void append_frame(Row row) {
        const std::uint32_t function = row.knows_function() ? row.function() + (is_return_address_ ? 1 : 0) : 0;
        out_.frames[out_.count++] = {pc_,         sp_,     static_cast<std::uint16_t>(row.module()), is_return_address_,
                                     is_guessed_, function};
        out_.guessed = out_.guessed || is_guessed_;
        is_guessed_ = false;
    }

    Step leave(Row row) {
        const std::uint64_t offset = static_cast<std::uint64_t>(row.cfa_field() * 8);
        std::uint64_t cfa = 0;
        switch (row.kind()) {
            case RowKind::rsp:
                cfa = sp_ + offset;
                break;
            case RowKind::rbp:
                cfa = bp_ + offset;
                break;
            case RowKind::plt:
                cfa = sp_ + (static_cast<std::int64_t>(pc_ & 15) >= row.cfa_field() ? 16 : 8);
                break;
            case RowKind::deref_rbp:
                if (!memory_.read(bp_ + offset, cfa)) return Step::failed;
                break;
            case RowKind::bottom:
                return Step::bottom;
            case RowKind::none:
                return Step::failed;
            case RowKind::signal:
                return leave_exactly(true);
            case RowKind::exact:
                return leave_exactly(false);
        }
        return return_from(cfa, row.rbp_field());
    }

    // The return address is the last word of the frame.
    Step return_from(std::uint64_t cfa, std::int64_t rbp_words) {
        std::uint64_t pc = 0, bp = bp_;
        if (!memory_.is_plausible_cfa(cfa, sp_) || !memory_.read(cfa - 8, pc)) return Step::failed;
        if (rbp_words != Row::rbp_same) {
            const std::uint64_t slot =
                rbp_words == Row::rbp_at_rbp ? bp_ : cfa + static_cast<std::uint64_t>(rbp_words * 8);
            if (!memory_.read(slot, bp)) return Step::failed;
        }
        pc_ = pc;
        sp_ = cfa;
        bp_ = bp;
        is_return_address_ = true;
        return Step::stepped;
    }

    [[gnu::noinline]] Step leave_exactly(bool from_signal) {
        bring_up_registers();
        const NativeFrame& frame = out_.frames[out_.count - 1];
        FrameRules rules;
        FrameRegisters caller;
        if (!native_code.find_frame_rules(lookup_address(frame.pc, frame.is_return_address), rules))
            return Step::failed;
        const ExactStep result = step_exactly(rules, exact_, memory_, caller);
        if (result != ExactStep::stepped) return result == ExactStep::bottom ? Step::bottom : Step::failed;
        const std::uint64_t sp = caller.registers.sp();
        if (from_signal ? sp <= sp_ : !memory_.is_plausible_cfa(sp, sp_)) return Step::failed;
        exact_ = caller;
        exact_frame_ = out_.count;
        pc_ = caller.registers.ip();
        sp_ = sp;
        if (caller.knows(rbp_register)) bp_ = caller.registers.bp();
        is_return_address_ = !from_signal;
        if (from_signal) memory_.enter(sp);
        return Step::stepped;
    }

    // Makes `exact_` the registers of the current frame, by repeating the walk exactly from the last frame for which
    // they are known. What was guessed on the way is unknown; rip, rsp and rbp always are what the walk says.
    void bring_up_registers() {
        if (exact_.known == 0) exact_ = {leaf_, FrameRegisters::all};
        for (; exact_frame_ + 1 < out_.count; ++exact_frame_) {
            const NativeFrame& frame = out_.frames[exact_frame_];
            const NativeFrame& next = out_.frames[exact_frame_ + 1];
            FrameRules rules;
            FrameRegisters caller;
            if (next.guessed ||
                !native_code.find_frame_rules(lookup_address(frame.pc, frame.is_return_address), rules) ||
                step_exactly(rules, exact_, memory_, caller) != ExactStep::stepped ||
                caller.registers.ip() != next.pc || caller.registers.sp() != next.sp)
                caller.known = 0;
            caller.set(return_register, next.pc);
            caller.set(rsp_register, next.sp);
            exact_ = caller;
        }
        exact_.set(rbp_register, bp_);
    }

    // makecontext and its like put the first address of a function where a return address belongs: nobody called it.
    bool begins_function() const {
        if (!is_return_address_) return false;
        const Row row = native_code.find_row(pc_, generation_);
        return row.knows_function() && row.function() == 0;
    }

    [[gnu::noinline]] Step guess(Row row) {
        GuessedCaller caller{pc_, sp_, bp_};
        if (!can_look_up_objects()) return Step::failed;
        const bool has_information = row.kind() != RowKind::none;
        const bool is_leaf = out_.count == 1;
        if (!has_information && begins_function()) return Step::bottom;
        const ScannedFrame frame{native_code,     generation_, sp_, has_information, is_leaf ? &leaf_ : nullptr,
                                 scan_words_left_};
        const bool is_outside = !has_information && row.module() == 0;
        if (!(is_outside && is_leaf && return_at_top(frame, memory_, caller)) &&
            !(is_outside && follow_frame_pointer(native_code, generation_, memory_, sp_, caller)) &&
            !scan_for_caller(frame, memory_, caller))
            return Step::failed;
        pc_ = caller.pc;
        sp_ = caller.sp;
        bp_ = caller.bp;
        is_return_address_ = true;
        is_guessed_ = true;
        return Step::stepped;
    }

    const Registers& leaf_;
    NativeStack& out_;
    const std::uint32_t generation_;
    RowMemo rows_;
    StackMemory memory_;
    std::uint64_t pc_, sp_, bp_;
    bool is_return_address_ = false;
    bool is_guessed_ = false;
    FrameRegisters exact_;  // registers of out_.frames[exact_frame_]; none known: the leaf's
    std::uint32_t exact_frame_ = 0;
    std::uint32_t scan_words_left_ = max_scanned_words_of_walk;
};

}  // namespace

void walk_native(const Registers& registers, StackBounds stack, WalkMemo& memo, NativeStack& out) {
    Walk{registers, stack, memo, out}.run();
}

}  // namespace pyprof::capture
