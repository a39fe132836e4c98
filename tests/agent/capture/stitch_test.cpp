#include "agent/capture/stitch.h"

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "tests/support/catch.h"
#include "wire/recording.h"

using namespace pyprof;
using namespace pyprof::capture;
namespace node_key = wire::node_key;

namespace {

using Keys = std::vector<std::uint64_t>;

std::uint64_t python_key(std::uint32_t code) { return node_key::make_python(code, code * 10); }
std::uint64_t special(wire::Special what) { return node_key::make_special(static_cast<std::uint64_t>(what)); }

// Native frame i has pc 0x1000 * (i + 1) + 0x10, a function that starts at 0x1000 * (i + 1), and its memory is
// [0x100 * (i + 1), 0x100 * (i + 2)).
std::uint64_t native_key(std::uint32_t i) { return node_key::make_native(0x1000 * (i + 1) + 0x10, 1, i != 0, false); }
std::uint64_t loop_key(std::uint32_t i) { return node_key::make_native(0x1000 * (i + 1), 1, false, false); }
std::uint64_t marker_in(std::uint32_t i) { return 0x100 * (i + 1) + 0x40; }

struct Stacks {
    std::unique_ptr<NativeStack> native = std::make_unique<NativeStack>();
    std::unique_ptr<PythonStack> python = std::make_unique<PythonStack>();
    std::unique_ptr<MergedStack> merged = std::make_unique<MergedStack>();

    explicit Stacks(std::uint32_t native_frames, WalkEnd end = WalkEnd::bottom) {
        *native = NativeStack{};
        *python = PythonStack{};
        for (std::uint32_t i = 0; i < native_frames; ++i)
            native->frames[i] = {.pc = 0x1000 * (i + 1) + 0x10,
                                 .sp = 0x100 * (i + 1),
                                 .module = 1,
                                 .is_return_address = i != 0,
                                 .guessed = false,
                                 .function = 0x10};
        native->count = native_frames;
        native->end = end;
        native->stack_end = 0x100 * (native_frames + 1);
        python->result = PythonWalk::complete;
        python->collector = no_collector;
    }

    // Codes from the leaf on.
    void add_activation(std::uint64_t marker, const std::vector<std::uint32_t>& codes) {
        python->activations[python->activation_count++] = {
            .marker = marker, .first = python->count, .count = static_cast<std::uint32_t>(codes.size())};
        for (const std::uint32_t code : codes)
            python->frames[python->count++] = {.code = code, .unit = static_cast<std::int32_t>(code * 10)};
    }

    Keys stitched() {
        stitch(*native, *python, *merged);
        return {merged->keys, merged->keys + merged->count};
    }
};

// The same by definition: for every frame look through all markers.
Keys obviously_right(const NativeStack& native, const PythonStack& python) {
    Keys keys;
    std::vector<bool> done(python.activation_count);
    const auto add_python = [&](std::uint32_t k) {
        done[k] = true;
        for (std::uint32_t i = 0; i < python.activations[k].count; ++i)
            keys.push_back(python_key(python.frames[python.activations[k].first + i].code));
    };
    for (std::uint32_t i = 0; i < native.count; ++i) {
        bool owns = false;
        for (std::uint32_t k = 0; k < python.activation_count; ++k) {
            const std::uint64_t end = i + 1 < native.count ? native.frames[i + 1].sp : native.stack_end;
            if (native.frames[i].sp > python.activations[k].marker || python.activations[k].marker >= end) continue;
            owns = true;
            add_python(k);
        }
        keys.push_back(owns ? loop_key(i) : native_key(i));
    }
    if (std::find(done.begin(), done.end(), false) != done.end() || native.end != WalkEnd::bottom)
        keys.push_back(special(wire::Special::unwind_stopped));
    for (std::uint32_t k = 0; k < python.activation_count; ++k)
        if (!done[k]) add_python(k);
    return keys;
}

}  // namespace

TEST_CASE("python frames stand where their evaluation loop stands") {
    Stacks s{6};
    s.add_activation(marker_in(2), {1, 2});
    s.add_activation(marker_in(4), {3});
    CHECK(s.stitched() == Keys{native_key(0), native_key(1), python_key(1), python_key(2), loop_key(2), native_key(3),
                               python_key(3), loop_key(4), native_key(5)});
    CHECK(s.merged->exact);
    CHECK(s.merged->has_python);
}

TEST_CASE("a marker moved by one native frame gives another stack") {
    Stacks s{6};
    s.add_activation(marker_in(2), {1, 2});
    s.add_activation(marker_in(4), {3});
    const Keys right = s.stitched();
    const std::uint32_t which = GENERATE(0u, 1u);
    const std::uint64_t wrong = GENERATE(0x100, -0x100);
    s.python->activations[which].marker += wrong;
    const Keys shifted = s.stitched();
    CHECK((shifted != right || !s.merged->exact));
}

TEST_CASE("the first and the last byte of a frame belong to it") {
    Stacks s{4};
    const std::uint64_t marker = GENERATE(0x200u, 0x2ffu);
    s.add_activation(marker, {1});
    CHECK(s.stitched() == Keys{native_key(0), python_key(1), loop_key(1), native_key(2), native_key(3)});
}

TEST_CASE("when the evaluation loop itself was interrupted, the leaf is a python frame") {
    Stacks s{2};
    s.add_activation(marker_in(0), {1});
    CHECK(s.stitched() == Keys{python_key(1), loop_key(0), native_key(1)});
}

TEST_CASE("an activation without frames shows its evaluation loop alone") {
    Stacks s{3};
    s.add_activation(marker_in(1), {});
    s.add_activation(marker_in(2), {4});
    CHECK(s.stitched() == Keys{native_key(0), loop_key(1), python_key(4), loop_key(2)});
    CHECK(s.merged->exact);
}

TEST_CASE("without python the native stack is all there is") {
    Stacks s{2};
    CHECK(s.stitched() == Keys{native_key(0), native_key(1)});
    CHECK(s.merged->exact);
    CHECK_FALSE(s.merged->has_python);
}

TEST_CASE("a native stack that does not reach the bottom says so") {
    Stacks s{2, GENERATE(WalkEnd::stopped, WalkEnd::full)};
    SECTION("without python") {
        CHECK(s.stitched() == Keys{native_key(0), native_key(1), special(wire::Special::unwind_stopped)});
        CHECK(s.merged->exact);
    }
    SECTION("python frames beyond it are kept") {
        s.add_activation(marker_in(0), {1});
        s.add_activation(0x9000, {2});
        s.add_activation(0xa000, {3});
        CHECK(s.stitched() == Keys{python_key(1), loop_key(0), native_key(1), special(wire::Special::unwind_stopped),
                                   python_key(2), python_key(3)});
        CHECK_FALSE(s.merged->exact);
    }
}

TEST_CASE("a marker that no frame owns makes the stack inexact and loses nothing") {
    Stacks s{2};
    const std::uint64_t marker = GENERATE(std::uint64_t{0x10}, std::uint64_t{0x8000}, no_marker);
    s.add_activation(marker, {1});
    CHECK(s.stitched() == Keys{native_key(0), native_key(1), special(wire::Special::unwind_stopped), python_key(1)});
    CHECK_FALSE(s.merged->exact);
}

TEST_CASE("two markers in one frame are not exact") {
    Stacks s{2};
    s.add_activation(marker_in(0), {1});
    s.add_activation(marker_in(0) + 8, {2});
    CHECK(s.stitched() == Keys{python_key(1), python_key(2), loop_key(0), native_key(1)});
    CHECK_FALSE(s.merged->exact);
}

TEST_CASE("a loop whose function is unknown keeps its own address") {
    Stacks s{3};
    s.native->frames[1].function = 0;
    s.add_activation(marker_in(1), {1});
    CHECK(s.stitched() == Keys{native_key(0), python_key(1), native_key(1), native_key(2)});
}

TEST_CASE("what was cut and what could not be stored leave their mark") {
    Stacks s{1};
    s.add_activation(marker_in(0), {1, 2, 0, 4});
    s.python->cut_at = 3;
    CHECK(s.stitched() == Keys{python_key(1), python_key(2), special(wire::Special::unknown_code),
                               special(wire::Special::frames_cut), python_key(4), loop_key(0)});
}

TEST_CASE("the largest stacks fit") {
    Stacks s{max_native_frames, WalkEnd::full};
    s.add_activation(marker_in(0), {});
    s.python->activations[0].count = max_python_frames;
    s.python->count = max_python_frames;
    for (std::uint32_t i = 0; i < max_python_frames; ++i) s.python->frames[i] = {.code = i + 1, .unit = 0};
    s.python->cut_at = max_python_leaf_frames;
    CHECK(s.stitched().size() == max_native_frames + max_python_frames + 2);
}

TEST_CASE("stitching gives what the definition says for random stacks") {
    std::mt19937 random{20};
    for (int round = 0; round < 2000; ++round) {
        const std::uint32_t frames = random() % 12;
        Stacks s{frames, random() % 4 == 0 ? WalkEnd::stopped : WalkEnd::bottom};
        std::uint64_t marker = 0x100 + random() % 0x200;
        for (std::uint32_t code = 1; random() % 4 != 0; marker += 1 + random() % 0x280) {
            std::vector<std::uint32_t> codes;
            for (std::uint32_t n = random() % 3; n > 0; --n) codes.push_back(code++);
            s.add_activation(marker, codes);
        }
        CAPTURE(round);
        REQUIRE(s.stitched() == obviously_right(*s.native, *s.python));
    }
}

TEST_CASE("the cycle collector's frame has a mark above it") {
    Stacks stacks{5};
    stacks.add_activation(marker_in(1), {7});
    stacks.add_activation(marker_in(4), {8});
    stacks.python->collector = 2;
    CHECK(stacks.stitched() == Keys{native_key(0), python_key(7), loop_key(1), native_key(2),
                                    special(wire::Special::garbage_collection), native_key(3), python_key(8),
                                    loop_key(4)});
}
