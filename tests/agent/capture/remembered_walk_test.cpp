#include "agent/capture/remembered_walk.h"

#include <cstdint>
#include <tuple>

#include "tests/support/catch.h"

using namespace pyprof::capture;

namespace {

// The stack of a walk that ended a moment ago: four frames of four words, each left by its last word, the second also
// by the rbp that it saved in its first.
struct LastWalk {
    static constexpr std::uint32_t frames = 4, frame_words = 4, generation = 3;
    std::uint64_t words[frames * frame_words] = {};
    WalkMemo memo{};
    NativeStack stack{};

    LastWalk() {
        for (std::uint32_t i = 0; i < frames; ++i) {
            words[(i + 1) * frame_words - 1] = pc(i + 1);
            stack.frames[i] = {pc(i), sp(i), 1, true, false, 0};
            const auto kind = i + 1 == frames ? RowKind::bottom : RowKind::rsp;
            memo.links[i] = {i < 2 ? 7U : 9U, WalkMemo::unchanged, Row{kind, frame_words, Row::rbp_same}};
        }
        words[frame_words] = 9;
        memo.links[1].saved_bp = sp(1);
        memo.stack = &stack;
        memo.bounds = bounds();
        memo.generation = generation;
        memo.count = stack.count = frames;
        memo.is_sound = true;
    }

    static std::uint64_t pc(std::uint32_t i) { return 0x401000 + 0x100 * std::uint64_t{i}; }
    std::uint64_t sp(std::uint32_t i) const { return reinterpret_cast<std::uint64_t>(&words[i * frame_words]); }
    StackBounds bounds() const { return {sp(0), sp(frames)}; }
    bool leads_from(std::uint32_t i) { return leads_from(pc(i), sp(i)); }
    bool leads_from(std::uint64_t at_pc, std::uint64_t at_sp, const std::uint64_t* bp = nullptr) {
        const auto remembered = std::tuple{memo.generation, memo.count, memo.is_sound};
        const bool leads = RememberedWalk{memo, bounds(), generation, stack}.leads_to_bottom(at_pc, at_sp, bp);
        std::tie(memo.generation, memo.count, memo.is_sound) = remembered;  // which the new walk took
        return leads;
    }
};

}  // namespace

TEST_CASE("the callers of the last walk lead to the bottom as long as the stack is as it was") {
    for (std::uint32_t i = 0; i + 1 < LastWalk::frames; ++i) CHECK(LastWalk{}.leads_from(i));
    CHECK_FALSE(LastWalk{}.leads_from(LastWalk::frames - 1));  // the outermost frame calls nobody
}

TEST_CASE("another return address, stack pointer or rbp is no caller of the last walk") {
    LastWalk last;
    SECTION("rbp") {
        const std::uint64_t same = last.memo.links[1].bp, other = same + 1;
        CHECK(last.leads_from(LastWalk::pc(1), last.sp(1), &same));
        CHECK_FALSE(last.leads_from(LastWalk::pc(1), last.sp(1), &other));
    }
    SECTION("pc") { CHECK_FALSE(last.leads_from(LastWalk::pc(0) + 1, last.sp(0))); }
    SECTION("stack pointer") { CHECK_FALSE(last.leads_from(LastWalk::pc(0), last.sp(0) + 8)); }
    SECTION("of an interrupted frame") {
        last.stack.frames[1].is_return_address = false;
        CHECK_FALSE(last.leads_from(1));
    }
}

TEST_CASE("a stack that changed leads nowhere") {
    LastWalk last;
    SECTION("return address") { ++last.words[3 * LastWalk::frame_words - 1]; }
    SECTION("saved rbp") { ++last.words[LastWalk::frame_words]; }
    CHECK_FALSE(last.leads_from(0));
    CHECK_FALSE(last.leads_from(1));
}

TEST_CASE("a change below a caller does not matter to it") {
    const std::uint32_t from = GENERATE(0U, 1U, 2U);
    LastWalk last;
    ++last.words[LastWalk::frame_words - 1];
    CHECK(last.leads_from(from) == (from != 0));
}

TEST_CASE("a last walk that is not to be trusted leads nowhere") {
    LastWalk last;
    SECTION("a frame that has to be unwound") { last.memo.links[1].saved_bp = WalkMemo::not_plain; }
    SECTION("an end before the bottom") {
        last.memo.links[LastWalk::frames - 1].row = Row{RowKind::rsp, LastWalk::frame_words, Row::rbp_same};
    }
    SECTION("an unsound frame") { last.memo.is_sound = false; }
    SECTION("other code") { last.memo.generation = LastWalk::generation - 1; }
    CHECK_FALSE(last.leads_from(0));
}

TEST_CASE("a walk that took an unsound caller says so to the next") {
    LastWalk last;
    RememberedWalk walk{last.memo, last.bounds(), LastWalk::generation, last.stack};
    walk.set_unsound();
    CHECK_FALSE(last.memo.is_sound);
    RememberedWalk{last.memo, last.bounds(), LastWalk::generation, last.stack}.keep();
    CHECK(last.memo.is_sound);
}
