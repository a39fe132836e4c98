#include "agent/capture/native_walk.h"

#include "agent/capture/epilogue.h"
#include "agent/capture/exact_cfi.h"
#include "agent/capture/executable_ranges.h"
#include "agent/capture/native_code.h"
#include "agent/capture/remembered_walk.h"
#include "agent/capture/stack_memory.h"
#include "agent/capture/stack_scan.h"

namespace pyprof::capture {
namespace {

enum class Step : std::uint8_t { stepped, bottom, failed };

struct Left {
    Step step;
    Position to;
};

class Walk {
public:
    Walk(const Registers& registers, StackBounds stack, WalkMemo& memo, NativeStack& out, PageCopies* copies)
        : leaf_{registers},
          out_{out},
          generation_{native_code.modules.generation()},
          rows_{memo.rows},
          remembered_{memo, stack, generation_, out},
          memory_{stack, registers.sp(), copies} {
        out_.guessed = false;
        out_.generation = generation_;
    }

    void run() {
        Position at{leaf_.ip(), leaf_.sp(), leaf_.bp(), false, false};
        Step step = Step::stepped;
        while (step == Step::stepped && remembered_.count() < max_native_frames) {
            const Row* known = remembered_.find(at);
            if (known != nullptr) {
                at = remembered_.follow(at);
                known = remembered_.find(at);
            }
            const Row row = known != nullptr ? *known : native_code.find_row(at.lookup_address(), generation_, rows_);
            remembered_.add(frame_of(at, row), {at.bp, WalkMemo::not_plain, row});
            step = leave(row, at);
            if (step == Step::failed && scan_.is_open) step = scan_on(at);
            if (step == Step::stepped && at.pc == 0) step = Step::bottom;
        }
        remembered_.keep();
        out_.count = remembered_.count();
        out_.end = step == Step::stepped ? WalkEnd::full : step == Step::bottom ? WalkEnd::bottom : WalkEnd::stopped;
        const std::uint64_t last_sp = out_.frames[out_.count - 1].sp;
        out_.stack_end = step == Step::stepped ? at.sp : step == Step::bottom ? memory_.end_of(last_sp) : last_sp;
        for (std::uint32_t i = 0; i < out_.count; ++i) out_.guessed = out_.guessed || out_.frames[i].guessed;
    }

private:
    static constexpr std::uint32_t most_scans = 16;  // of one walk, after guesses that led nowhere

    // The last frame whose caller a stack scan found, and what it found.
    struct Scan {
        bool is_open;  // another caller may be tried
        Row row;
        Position from, first, last;
        std::uint32_t count;  // of frames, up to this one
    };

    static NativeFrame frame_of(const Position& at, Row row) {
        const std::uint32_t function = row.knows_function() ? row.function() + (at.is_return_address ? 1 : 0) : 0;
        return {at.pc, at.sp, static_cast<std::uint16_t>(row.module()), at.is_return_address, at.is_guessed, function};
    }

    Step leave(Row row, Position& at) {
        const Step plain = leave_plainly(row, at);
        if (plain != Step::failed) return plain;
        const Left left = leave_otherwise(row, at);
        at = left.to;
        return left.step;
    }

    // By the row alone. `at` is left as it is unless the result is `stepped`.
    Step leave_plainly(Row row, Position& at) {
        const std::uint64_t offset = static_cast<std::uint64_t>(row.cfa_field() * 8);
        std::uint64_t cfa = 0;
        switch (row.kind()) {
            case RowKind::rsp:
                cfa = at.sp + offset;
                break;
            case RowKind::rbp:
                cfa = at.bp + offset;
                break;
            case RowKind::plt:
                cfa = at.sp + (static_cast<std::int64_t>(at.pc & 15) >= row.cfa_field() ? 16 : 8);
                break;
            case RowKind::deref_rbp:
                if (!memory_.read(at.bp + offset, cfa)) return Step::failed;
                break;
            case RowKind::bottom:
                return Step::bottom;
            default:
                return Step::failed;
        }
        return return_from(cfa, row, at);
    }

    // The return address is the last word of the frame.
    Step return_from(std::uint64_t cfa, Row row, Position& at) {
        std::uint64_t pc = 0, bp = at.bp, slot = WalkMemo::unchanged;
        if (!memory_.is_plausible_cfa(cfa, at.sp) || !memory_.read(cfa - 8, pc)) return Step::failed;
        const std::int64_t words = row.rbp_field();
        if (words != Row::rbp_same) {
            slot = words == Row::rbp_at_rbp ? at.bp : cfa + static_cast<std::uint64_t>(words * 8);
            if (!memory_.read(slot, bp)) return Step::failed;
        }
        const bool is_inside = memory_.is_trusted(at.sp) && memory_.is_trusted(cfa - 8) &&
                               (slot == WalkMemo::unchanged || (slot >= at.sp && memory_.is_trusted(slot)));
        if (is_inside && row.kind() != RowKind::deref_rbp) remembered_.set_saved_bp(slot);
        at = {pc, cfa, bp, true, false};
        return Step::stepped;
    }

    [[gnu::noinline]] Left leave_otherwise(Row row, Position at) {
        Left left{Step::failed, at};
        if (row.kind() == RowKind::signal || row.kind() == RowKind::exact)
            left = leave_exactly(at, row.kind() == RowKind::signal);
        else if (row.kind() == RowKind::none && row.module() == 0 && at.is_return_address)
            left = leave_by_epilogue(at);
        return left.step == Step::failed ? guess(row, at) : left;
    }

    Left leave_exactly(Position at, bool from_signal) {
        const Left failed{Step::failed, at};
        FrameRules rules;
        FrameRegisters caller, here;
        if (!native_code.find_frame_rules(at.lookup_address(), rules)) return failed;
        // Signal frames and large ones need no more than these.
        here.set(return_register, at.pc);
        here.set(rsp_register, at.sp);
        here.set(rbp_register, at.bp);
        ExactStep result = step_exactly(rules, here, memory_, caller);
        const bool is_partial = result != ExactStep::bottom && caller.known != FrameRegisters::all;
        const bool is_enough =
            result == ExactStep::bottom || (result == ExactStep::stepped && caller.knows(rbp_register));
        if (!is_enough) {
            bring_up_registers(at.bp);
            result = step_exactly(rules, exact_, memory_, caller);
        }
        if (result == ExactStep::bottom) return {Step::bottom, at};
        if (result != ExactStep::stepped) return failed;
        const std::uint64_t sp = caller.registers.sp();
        if (from_signal ? sp <= at.sp : !memory_.is_plausible_cfa(sp, at.sp)) return failed;
        if (!is_enough || !is_partial) {
            exact_ = caller;
            exact_frame_ = remembered_.count();
        }
        if (from_signal) memory_.enter(sp);
        const std::uint64_t bp = caller.knows(rbp_register) ? caller.registers.bp() : at.bp;
        return {Step::stepped, {caller.registers.ip(), sp, bp, !from_signal, false}};
    }

    // Code outside every object that only returns once it is returned to.
    Left leave_by_epilogue(Position at) {
        const Left failed{Step::failed, at};
        std::uint64_t words[2], pc = 0, bp = at.bp;
        static_assert(sizeof words == longest_epilogue);
        if (!memory_.read(at.pc, words[0]) || !memory_.read(at.pc + 8, words[1])) return failed;
        unsigned char code[longest_epilogue];
        __builtin_memcpy(code, words, sizeof code);
        const Epilogue epilogue = read_epilogue(code);
        const std::uint64_t cfa = at.sp + epilogue.return_offset + 8;
        if (!epilogue.is_known || !memory_.is_plausible_cfa(cfa, at.sp) || !memory_.read(cfa - 8, pc) ||
            !is_return_address(native_code, generation_, pc))
            return failed;
        if (epilogue.restores_bp && !memory_.read(at.sp + epilogue.bp_offset, bp)) return failed;
        return {Step::stepped, {pc, cfa, bp, true, false}};
    }

    // Makes `exact_` the registers of the current frame, by repeating the walk exactly from the last frame for which
    // they are known. What was guessed on the way is unknown; rip, rsp and rbp always are what the walk says.
    void bring_up_registers(std::uint64_t bp) {
        remembered_.place();
        if (exact_.known == 0) exact_ = {leaf_, FrameRegisters::all};
        for (; exact_frame_ + 1 < remembered_.count(); ++exact_frame_) {
            const NativeFrame& frame = out_.frames[exact_frame_];
            const NativeFrame& next = out_.frames[exact_frame_ + 1];
            FrameRules rules;
            FrameRegisters caller;
            if (next.guessed ||
                !native_code.find_frame_rules(frame.is_return_address ? frame.pc - 1 : frame.pc, rules) ||
                step_exactly(rules, exact_, memory_, caller) != ExactStep::stepped ||
                caller.registers.ip() != next.pc || caller.registers.sp() != next.sp)
                caller.known = 0;
            caller.set(return_register, next.pc);
            caller.set(rsp_register, next.sp);
            exact_ = caller;
        }
        exact_.set(rbp_register, bp);
    }

    // makecontext and its like put the first address of a function where a return address belongs: nobody called it.
    bool begins_function(const Position& at) const {
        if (!at.is_return_address) return false;
        const Row row = native_code.find_row(at.pc, generation_);
        return row.knows_function() && row.function() == 0;
    }

    ScannedFrame scanned(std::uint64_t sp, bool has_information, bool is_leaf, std::uint64_t rejected) {
        return {.code = native_code,
                .generation = generation_,
                .near_rows = rows_,
                .sp = sp,
                .has_unwind_information = has_information,
                .registers = is_leaf ? &leaf_ : nullptr,
                .words_left = scan_words_left_,
                .rejected = rejected,
                .last_walk = &remembered_};
    }

    Left guess(Row row, Position at) {
        const Left failed{Step::failed, at};
        GuessedCaller caller{at.pc, at.sp, at.bp};
        if (!can_look_up_objects()) return failed;
        const bool has_information = row.kind() != RowKind::none;
        const bool is_leaf = remembered_.count() == 1;
        if (!has_information && begins_function(at)) return {Step::bottom, at};
        const ScannedFrame frame = scanned(at.sp, has_information, is_leaf, 0);
        const bool is_outside = !has_information && row.module() == 0;
        // A scan took a number for a return address.
        if (is_outside && scan_.is_open && !executable_ranges.may_hold(at.pc)) return failed;
        if (!(is_outside && scan_for_jit_caller(frame, at.lookup_address(), memory_, caller)) &&
            !(is_outside && is_leaf && return_at_top(frame, memory_, caller)) &&
            !(is_outside && follow_frame_pointer(native_code, generation_, memory_, at.sp, caller)))
            return guess_by_scan(frame, row, at);
        return {Step::stepped, at_caller(row, caller)};
    }

    Left guess_by_scan(const ScannedFrame& frame, Row row, Position at) {
        GuessedCaller caller{at.pc, at.sp, at.bp};
        if (!scan_for_caller(frame, memory_, caller)) return {Step::failed, at};
        if (!caller.is_sound) remembered_.set_unsound();
        const Position to = at_caller(row, caller);
        scan_ = {true, row, at, to, to, remembered_.count()};
        return {Step::stepped, to};
    }

    // What the frame saved, the stack still holds.
    Position at_caller(Row row, GuessedCaller caller) {
        std::uint64_t saved = 0;
        const bool is_saved =
            row.kind() == RowKind::rbp && row.rbp_field() != Row::rbp_same && row.rbp_field() != Row::rbp_at_rbp;
        if (is_saved && memory_.read(caller.sp + static_cast<std::uint64_t>(row.rbp_field() * 8), saved))
            caller.bp = saved;
        return {caller.pc, caller.sp, caller.bp, true, true};
    }

    // The callers of what the last scan found led nowhere: takes the next word that may be the caller, and where there
    // is none, the first one for good.
    [[gnu::noinline]] Step scan_on(Position& at) {
        const bool is_leaf = scan_.count == 1;
        const ScannedFrame frame =
            scanned(scan_.from.sp, scan_.row.kind() != RowKind::none, is_leaf, scan_.last.sp - 8);
        GuessedCaller caller{scan_.from.pc, scan_.from.sp, scan_.from.bp};
        scan_.is_open = scans_left_ != 0 && scan_for_caller(frame, memory_, caller);
        if (scans_left_ != 0) --scans_left_;
        scan_.last = scan_.is_open ? at_caller(scan_.row, caller) : scan_.first;
        if (!scan_.is_open) remembered_.set_unsound();
        remembered_.cut(scan_.count);
        if (exact_frame_ >= scan_.count) exact_frame_ = exact_.known = 0;
        at = scan_.last;
        return Step::stepped;
    }

    const Registers& leaf_;
    NativeStack& out_;
    const std::uint32_t generation_;
    NearRows& rows_;
    RememberedWalk remembered_;
    StackMemory memory_;
    FrameRegisters exact_;  // registers of out_.frames[exact_frame_]; none known: the leaf's
    std::uint32_t exact_frame_ = 0;
    Scan scan_{};
    std::uint32_t scans_left_ = most_scans;
    std::uint32_t scan_words_left_ = max_scanned_words_of_walk;
};

}  // namespace

[[gnu::hot]] void walk_native(const Registers& registers, StackBounds stack, WalkMemo& memo, NativeStack& out,
                              PageCopies* copies) {
    Walk{registers, stack, memo, out, copies}.run();
}

}  // namespace pyprof::capture
