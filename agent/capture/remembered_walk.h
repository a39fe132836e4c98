#pragma once
// One walk's view of what its thread remembers of the last one (WalkMemo), and how the frames of this one replace them.
// Used by native_walk.cpp and by the stack scan below it; async-signal-safe.
#include <cstdint>

#include "agent/capture/load.h"
#include "agent/capture/native_walk.h"

namespace pyprof::capture {

// Where a walk stands: the registers of one frame that nearly all rows need. Passed and returned by value, so that the
// loop keeps it in registers.
struct Position {
    std::uint64_t pc, sp, bp;
    bool is_return_address;
    bool is_guessed;

    std::uint64_t lookup_address() const { return is_return_address ? pc - 1 : pc; }
};

// The frames of the last walk, which become those of this one in place. Until a remembered frame is met, new frames
// stand aside; then they are put before it.
class RememberedWalk {
public:
    RememberedWalk(WalkMemo& memo, StackBounds bounds, std::uint32_t generation, NativeStack& out)
        : memo_{memo}, frames_{out.frames}, links_{memo.links} {
        const bool same = memo.stack == &out && memo.generation == generation && memo.bounds.low == bounds.low &&
                          memo.bounds.high == bounds.high;
        old_count_ = same ? memo.count : 0;
        stand_aside_ = old_count_ != 0;
        old_is_sound_ = memo.is_sound;
        memo.is_sound = true;
        memo.stack = &out;
        memo.bounds = bounds;
        memo.generation = generation;
        memo.count = 0;
    }

    std::uint32_t count() const { return count_; }

    // The row of the frame at `at` if it was there in the last walk.
    const Row* find(const Position& at) {
        while (next_ < old_count_ && frames_[next_].sp < at.sp) ++next_;
        if (next_ >= old_count_ || frames_[next_].sp != at.sp || frames_[next_].pc != at.pc ||
            frames_[next_].is_return_address != at.is_return_address || frames_[next_].guessed != at.is_guessed)
            return nullptr;
        return &links_[next_].row;
    }

    // After find() found the frame: goes on as long as the stack is as it was, and gives the last frame that is. That
    // frame is still to be added.
    Position follow(const Position& at) {
        if (links_[next_].bp != at.bp) return at;
        move_to_count();
        std::uint32_t i = count_;
        while (i + 1 < old_count_ && leads_to_next(i)) ++i;
        count_ = next_ = i;
        return {frames_[i].pc, frames_[i].sp, links_[i].bp, frames_[i].is_return_address, frames_[i].guessed};
    }

    void add(const NativeFrame& frame, const WalkMemo::Link& link) {
        if (stand_aside_ && count_ == WalkMemo::max_fresh) place();
        (stand_aside_ ? memo_.fresh_frames : frames_)[count_] = frame;
        (stand_aside_ ? memo_.fresh_links : links_)[count_] = link;
        ++count_;
        if (!stand_aside_ && next_ < count_) next_ = count_;
    }

    // The link of the frame added last is only known once the frame is left.
    void set_saved_bp(std::uint64_t saved_bp) {
        (stand_aside_ ? memo_.fresh_links : links_)[count_ - 1].saved_bp = saved_bp;
    }

    // Whether the caller at return address `pc`, whose stack pointer is `sp` and whose rbp is `*bp` (null: not known),
    // was in the last walk, and the stack still leads from it to the bottom as it did then. Never after a walk with an
    // unsound frame.
    bool leads_to_bottom(std::uint64_t pc, std::uint64_t sp, const std::uint64_t* bp) const {
        if (!old_is_sound_) return false;
        std::uint32_t i = next_;
        while (i < old_count_ && frames_[i].sp < sp) ++i;
        if (i + 1 >= old_count_ || frames_[i].sp != sp || frames_[i].pc != pc || !frames_[i].is_return_address)
            return false;
        if (bp != nullptr && *bp != links_[i].bp) return false;
        while (i + 1 < old_count_ && leads_to_next(i)) ++i;
        return i + 1 == old_count_ && links_[i].row.kind() == RowKind::bottom;
    }

    // From here on all frames of this walk stand in their stack.
    void place() {
        if (!stand_aside_) return;
        place_fresh();
        old_count_ = 0;
    }

    // Forgets this walk's frames from number `count` on.
    void cut(std::uint32_t count) { count_ = count; }

    // A caller was taken that nothing vouches for.
    void set_unsound() { memo_.is_sound = false; }

    void keep() {
        if (stand_aside_) place_fresh();
        memo_.count = count_;
    }

private:
    // The two words that frame i is left by; both lie above its stack pointer, on the thread's own stack.
    bool leads_to_next(std::uint32_t i) const {
        const NativeFrame& next = frames_[i + 1];
        const WalkMemo::Link& link = links_[i];
        if (link.saved_bp == WalkMemo::not_plain || load<std::uint64_t>(next.sp - 8) != next.pc) return false;
        const std::uint64_t bp = link.saved_bp == WalkMemo::unchanged ? link.bp : load<std::uint64_t>(link.saved_bp);
        return bp == links_[i + 1].bp;
    }

    void move_to_count() {
        if (next_ != count_) {
            const std::uint32_t moved =
                count_ + (old_count_ - next_) > max_native_frames ? max_native_frames - count_ : old_count_ - next_;
            move(moved);
            old_count_ = count_ + moved;
            next_ = count_;
        }
        if (stand_aside_) place_fresh();
    }

    // So many from next_ to count_; no call of libc, whose code and its table of calls would be cold.
    void move(std::uint32_t moved) {
        for (std::uint32_t k = 0; k < moved; ++k) {
            const std::uint32_t i = count_ < next_ ? k : moved - 1 - k;
            frames_[count_ + i] = frames_[next_ + i];
            links_[count_ + i] = links_[next_ + i];
        }
    }

    void place_fresh() {
        for (std::uint32_t i = 0; i < count_; ++i) {
            frames_[i] = memo_.fresh_frames[i];
            links_[i] = memo_.fresh_links[i];
        }
        stand_aside_ = false;
    }

    WalkMemo& memo_;
    NativeFrame* const frames_;
    WalkMemo::Link* const links_;
    std::uint32_t old_count_;  // frames_[next_ … old_count_) are the last walk's
    std::uint32_t next_ = 0;
    std::uint32_t count_ = 0;  // frames of this walk
    bool stand_aside_;
    bool old_is_sound_;
};

}  // namespace pyprof::capture
