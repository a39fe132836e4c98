#include "merge/names.h"

#include "tests/src/merge/stack_tree.h"
#include "tests/support/catch.h"

namespace pyprof::merge {
namespace {

using test_support::Library;
using test_support::StackTree;

struct Fixture {
    StackTree stacks;
    profile::Profile profile;
    Tables tables{profile};
    Names names{stacks.tree(), {}, tables};

    profile::Function function(const NamedFrame& frame) const { return profile.functions[frame.function]; }
    profile::Function only(const gather::Key& key) {
        const auto frames = names.frames(key);
        REQUIRE(frames.size() == 1);
        return function(frames[0]);
    }
};

TEST_CASE("a Python key becomes its code object's function and line") {
    Fixture fixture;
    const profile::Function function = fixture.only(StackTree::python(1, 12));
    CHECK(function.name == "Grid.step");
    CHECK(function.system_name == "step");
    CHECK(function.file == "app.py");
    CHECK(function.first_line == 10);
    CHECK(function.domain == profile::Domain::python);
    CHECK(function.module == profile::none);
    CHECK(fixture.names.frames(StackTree::python(1, 12))[0].line == 12);
    CHECK(fixture.names.frames(StackTree::python(1, 12))[0].kind == FrameKind::python);
    CHECK(fixture.names.frames(StackTree::python(1, UINT64_MAX))[0].line == 0);
}

TEST_CASE("inlined calls of a native key come caller first") {
    Fixture fixture;
    const gather::Key start = StackTree::function(Library::shapes, "_ZN6shapes10total_normEPKdi");
    bool has_inlined = false;
    for (std::uint64_t i = 0; i < 160 && !has_inlined; i++) {
        const auto frames = fixture.names.frames(StackTree::native(Library::shapes, start.value + i));
        CHECK_FALSE(frames.front().inlined);
        if (frames.size() < 3) continue;
        has_inlined = true;
        CHECK(fixture.function(frames[0]).name == "shapes::total_norm");
        CHECK(frames[1].inlined);
        CHECK(fixture.function(frames[1]).name == "shapes::total_norm::{lambda}::operator()");
    }
    CHECK(has_inlined);
}

TEST_CASE("a return address belongs to the call before it") {
    Fixture fixture;
    const gather::Key next = StackTree::function(Library::interpreter, "_PyEval_EvalFrameDefault");
    const gather::Key back = StackTree::native(Library::interpreter, next.value, gather::key_flags::return_address);
    CHECK(fixture.only(next).name == "_PyEval_EvalFrameDefault");
    CHECK(fixture.only(back).name != "_PyEval_EvalFrameDefault");
}

TEST_CASE("flags of a key are those of its frames") {
    Fixture fixture;
    const gather::Key key = StackTree::native(Library::mpi, 0x1234, gather::key_flags::guessed);
    CHECK(fixture.names.frames(key)[0].guessed);
    CHECK(fixture.names.frames(key)[0].unresolved);
    CHECK(fixture.only(key).domain == profile::Domain::mpi);
    CHECK(fixture.only(key).name == "libmpi.so.40!0x1000");
    CHECK_FALSE(fixture.only(key).named);
    CHECK(fixture.names.problems().size() == 1);
    CHECK(std::string{fixture.names.names_from(static_cast<std::uint32_t>(Library::mpi))} == "none");
}

TEST_CASE("code outside every file is JIT code") {
    Fixture fixture;
    const profile::Function function = fixture.only({gather::KeyKind::native, gather::no_module, 0x7fff00001000, 0});
    CHECK(function.domain == profile::Domain::jit);
    CHECK_FALSE(function.named);
}

TEST_CASE("special keys say what is missing") {
    Fixture fixture;
    const auto special = [](wire::Special what) {
        return gather::Key{gather::KeyKind::special, 0, static_cast<std::uint64_t>(what), 0};
    };
    CHECK(fixture.only(special(wire::Special::unwind_stopped)).name == "[unwinding stopped]");
    CHECK(fixture.only(special(wire::Special::unknown_code)).domain == profile::Domain::python);
    CHECK(fixture.only({gather::KeyKind::special, 0, 999, 0}).name == "[unknown]");
}

}  // namespace
}  // namespace pyprof::merge
