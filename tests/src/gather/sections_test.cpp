#include "gather/sections.h"

#include "tests/support/catch.h"

using namespace pyprof::gather;
namespace wire = pyprof::wire;

namespace {

Tree small_tree() {
    Tree tree{{{"/m", "", 0, 0}}, {{"f.py", "n", "n", 1}}, {Context{}}, {}, {Thread{}}, {Process{}}, {}};
    tree.contexts.push_back({0, {KeyKind::native, 0, 16, 0}});
    tree.contexts.push_back({1, {KeyKind::python, 0, 5, 0}});
    tree.threads[0].spawned_by = 2;
    return tree;
}

std::string written(Section section, const Tree& tree) {
    ColumnWriter columns;
    write_section(section, tree, columns);
    return columns.bytes();
}

bool reads(Section section, const std::string& bytes, const LostSections& lost, Tree& into) {
    ColumnReader reader{std::as_bytes(std::span{bytes})};
    read_section(section, reader, lost, into);
    return !reader.failed();
}

}  // namespace

TEST_CASE("a section that refers to what is not there is refused") {
    const Tree tree = small_tree();
    Tree into = small_tree();
    SECTION("a module") {
        into.modules.clear();
        CHECK_FALSE(reads(Section::contexts, written(Section::contexts, tree), {}, into));
    }
    SECTION("the thread or the place of a call") {
        Tree with_call = small_tree();
        with_call.calls.push_back({.context = 2, .name = "MPI_Send", .count = 1});
        CHECK(reads(Section::calls, written(Section::calls, with_call), {}, into));
        CHECK(into.calls.at(0).name == "MPI_Send");
        with_call.calls[0].context = 3;
        CHECK_FALSE(reads(Section::calls, written(Section::calls, with_call), {}, into));
        with_call.calls[0] = {.context = 2, .name = "MPI_Send", .peer = wire::CallPeer::count, .count = 1};
        CHECK_FALSE(reads(Section::calls, written(Section::calls, with_call), {}, into));
    }
    SECTION("a code") {
        into.codes.clear();
        CHECK_FALSE(reads(Section::contexts, written(Section::contexts, tree), {}, into));
    }
    SECTION("a process") {
        into.processes.clear();
        CHECK_FALSE(reads(Section::threads, written(Section::threads, tree), {}, into));
    }
    SECTION("a context") {
        into.contexts.resize(2);
        CHECK_FALSE(reads(Section::threads, written(Section::threads, tree), {}, into));
    }
}

TEST_CASE("references to a lost section go to its stand-in") {
    Tree tree = small_tree();
    tree.modules.push_back({"/other", "", 0, 0});
    tree.contexts[1].key.index = 1;
    Tree into = small_tree();
    LostSections lost;
    lost.add(Section::modules);
    make_stand_in(Section::modules, into);
    REQUIRE(reads(Section::contexts, written(Section::contexts, tree), lost, into));
    CHECK(into.modules.at(into.contexts[1].key.index).path == "(lost)");
    CHECK(into.contexts[2].key == tree.contexts[2].key);
}

TEST_CASE("a parent that is no earlier context is refused") {
    const Tree tree = small_tree();
    std::string bytes = written(Section::contexts, tree);
    Tree into = small_tree();
    SECTION("itself") { bytes[1] = 0; }
    SECTION("before the root") { bytes[1] = 2; }
    CHECK_FALSE(reads(Section::contexts, bytes, {}, into));
}

TEST_CASE("a thread's stand-in has a process") {
    Tree tree{{}, {}, {Context{}}, {}, {}, {}, {}};
    make_stand_in(Section::threads, tree);
    CHECK(tree.threads.size() == 1);
    CHECK(tree.processes.size() == 1);
}
