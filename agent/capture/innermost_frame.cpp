#include "agent/capture/innermost_frame.h"

namespace pyprof::capture {
namespace {

constexpr std::uint32_t most_skipped = 4096;  // generators that delegate to each other can be many
constexpr std::uint32_t longest_chain = 1 << 18;

}  // namespace

[[gnu::hot]] std::uint64_t InnermostFrame::find(std::uint64_t frame, std::uint64_t end) const {
    std::uint64_t first = end;  // of those that run, without one in between that does not
    std::uint64_t above = 0;
    for (std::uint32_t i = 0; frame != end && i < most_skipped; ++i) {
        if (frame == 0 || frame % 8 != 0 || !readable(frame, layout_.frame.bytes, known_)) return end;
        if (!is_entry(frame)) {
            const bool is_generator = is_of_generator(frame);
            const bool runs = is_generator ? is_running(frame) : is_top(frame, above);
            first = !runs ? end : first == end ? frame : first;
            if (runs && !is_generator) break;
        }
        above = frame;
        frame = known_.load<std::uint64_t>(frame + layout_.frame.previous);
    }
    return leads_to(first, end) ? first : end;
}

bool InnermostFrame::is_entry(std::uint64_t frame) const {
    return known_.load<std::uint8_t>(frame + layout_.frame.owner) >= layout_.frame.first_entry_owner;
}

bool InnermostFrame::is_of_generator(std::uint64_t frame) const {
    return known_.load<std::uint8_t>(frame + layout_.frame.owner) == layout_.frame.generator_owner;
}

[[gnu::hot]] bool InnermostFrame::is_running(std::uint64_t frame) const {
    constexpr std::int8_t executing = 0;  // FRAME_EXECUTING
    std::int8_t state = -1;
    return read(frame - layout_.frame.generator_state, state, known_) && state == executing;
}

// Or the last but one, while the other is written or the arguments of its call are bound; `above` is the frame that was
// met before, perhaps that one.
[[gnu::hot]] bool InnermostFrame::is_top(std::uint64_t frame, std::uint64_t above) const {
    const std::uint64_t end = end_of(frame);
    if (end == top_) return true;
    if (end == 0 || end > top_ || !readable(end, layout_.frame.bytes, known_)) return false;
    return end == above || end_of(end) == top_;
}

// 0 if its code cannot be read.
[[gnu::hot]] std::uint64_t InnermostFrame::end_of(std::uint64_t frame) const {
    const std::uint64_t code = known_.load<std::uint64_t>(frame + layout_.frame.code) & ~layout_.frame.code_tags;
    if (!readable(code, layout_.code.basic_size, known_)) return 0;
    const std::uint64_t words = std::uint64_t{known_.load<std::uint32_t>(code + layout_.code.locals)} +
                                known_.load<std::uint32_t>(code + layout_.code.stack);
    return frame + layout_.frame.bytes + words * 8;
}

// The chain is compared with itself at half the speed, so that one that bites its tail is soon given up.
[[gnu::hot]] bool InnermostFrame::leads_to(std::uint64_t frame, std::uint64_t end) const {
    std::uint64_t slow = frame;
    for (std::uint32_t i = 0; frame != end; ++i) {
        if (i == longest_chain || !step(frame)) return false;
        if (i % 2 == 1 && !step(slow)) return false;
        if (frame == slow) return frame == end;
    }
    return true;
}

[[gnu::hot]] bool InnermostFrame::step(std::uint64_t& frame) const {
    return frame != 0 && frame % 8 == 0 && read(frame + layout_.frame.previous, frame, known_);
}

}  // namespace pyprof::capture
