#include "agent/capture/python_stack_builder.h"

#include <memory>

#include "agent/cpython/versions.h"
#include "tests/support/catch.h"
#include "tests/support/fake_python.h"

using namespace pyprof;
using namespace pyprof::capture;

namespace {

struct Fixture {
    tests::FakePython python{cpython::python_3_13};
    std::uint64_t code = python.code("f");
    std::unique_ptr<CodeTable> codes = std::make_unique<CodeTable>();
    std::unique_ptr<PythonStack> stack = std::make_unique<PythonStack>();
    RecordingWriter writer;
    PageCache known;
    PythonStackBuilder builder{python.layout(), *codes, writer, known, *stack};

    void add_frames(std::int32_t from, std::int32_t to) {
        for (std::int32_t i = from; i < to; ++i)
            builder.add_frame({.code = code, .fingerprint = code, .unit = i, .id = 0});
    }
};

}  // namespace

TEST_CASE("activations know their frames after the middle was cut out") {
    Fixture f;
    f.add_frames(0, 500);
    f.builder.end_activation(1);
    f.add_frames(500, 1000);  // all of it from 512 on is cut
    f.builder.end_activation(2);
    f.add_frames(1000, 1100);
    f.builder.end_activation(3);
    f.add_frames(1100, 1150);
    f.builder.end_activation(4);
    f.builder.finish();

    // Kept: 0 to 511 and the last 64, which are 1086 to 1149.
    const Activation* a = f.stack->activations;
    REQUIRE(f.stack->activation_count == 4);
    CHECK(a[0].first == 0);
    CHECK(a[0].count == 500);
    CHECK(a[1].first == 500);
    CHECK(a[1].count == 12);
    CHECK(a[2].first == 512);
    CHECK(a[2].count == 14);
    CHECK(a[3].first == 526);
    CHECK(a[3].count == 50);
    CHECK(f.stack->count == max_python_frames);
    CHECK(f.stack->cut_at == 512);
    CHECK(f.stack->frames[511].unit == 511);
    CHECK(f.stack->frames[512].unit == 1086);
    CHECK(f.stack->frames[575].unit == 1149);
}

TEST_CASE("activations beyond the limit give their frames to the last one") {
    Fixture f;
    for (std::uint32_t i = 0; i < max_activations + 10; ++i) {
        f.add_frames(0, 1);
        f.builder.end_activation(i);
    }
    f.builder.finish();
    CHECK(f.stack->activation_count == max_activations);
    CHECK(f.stack->activations[max_activations - 1].count == 11);
    CHECK(f.stack->count == max_activations + 10);
}

TEST_CASE("sorting activations keeps each one's frames") {
    Fixture f;
    const std::uint64_t markers[] = {30, 40, 10, 20, no_marker};
    for (std::int32_t i = 0; i < 5; ++i) {
        f.add_frames(i, i + 1);
        f.builder.end_activation(markers[i]);
    }
    f.builder.sort_activations();
    f.builder.finish();
    const std::uint64_t sorted[] = {10, 20, 30, 40, no_marker};
    const std::int32_t units[] = {2, 3, 0, 1, 4};
    for (std::uint32_t i = 0; i < 5; ++i) {
        CHECK(f.stack->activations[i].marker == sorted[i]);
        CHECK(f.stack->frames[f.stack->activations[i].first].unit == units[i]);
    }
}
