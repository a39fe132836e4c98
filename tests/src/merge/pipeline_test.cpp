#include "merge/pipeline.h"

#include <algorithm>
#include <cmath>

#include "tests/src/merge/stack_tree.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::merge {
namespace {

using test_support::Library;
using test_support::StackTree;

StackTree heat() {
    StackTree stacks{2};
    const gather::Key eval = StackTree::function(Library::interpreter, "_PyEval_EvalFrameDefault");
    const gather::Key glue = StackTree::function(Library::interpreter, "PyObject_Vectorcall");
    const gather::Key kernel = StackTree::function(Library::shapes, "_ZN6shapes10total_normEPKdi");
    stacks.add({eval, StackTree::python(0, 30), StackTree::python(1, 12), glue, kernel}, 8, 8'000);
    stacks.add({eval, StackTree::python(0, 30), StackTree::python(1, 13)}, 2, 2'000, 1);
    stacks.tree().threads[1].spawned_by = stacks.context({eval, StackTree::python(0, 5)});
    stacks.tree().processes[0].cpu_ns = 10'000;
    stacks.tree().processes[0].expiries = 10;
    stacks.tree().processes[0].samples = 10;
    return stacks;
}

TEST_CASE("a gathered tree becomes a profile with names, sums and facts") {
    StackTree stacks = heat();
    const Result<profile::Profile> profile = merge(stacks.tree(), {});
    REQUIRE(profile);
    std::uint64_t samples = 0;
    std::uint64_t weight = 0;
    for (const profile::Value& value : profile->values) samples += value.samples, weight += value.weight;
    CHECK(samples == 10);
    CHECK(weight == 10'000);
    CHECK(std::abs(profile->quality.cpu_covered - 1) < 1e-9);
    CHECK(profile->metric.name == "cpu");
    CHECK(profile->modules.size() == stacks.tree().modules.size());
    CHECK(profile->modules.at(1).names_from == ".symtab");
    CHECK(profile->modules.at(5).names_from == "none");
    REQUIRE(profile->threads.size() == 2);
    const profile::Context& origin = profile->contexts.at(profile->threads[1].spawned_by);
    CHECK(profile->locations.at(origin.location).line == 5);

    const profile::Value& kernel = profile->values.at(profile->values[0].thread == 0 ? 0 : 1);
    const profile::Context& leaf = profile->contexts.at(kernel.context);
    const profile::Location& location = profile->locations.at(leaf.location);
    CHECK(profile->functions.at(location.function).name == "shapes::total_norm");
    CHECK(location.line > 0);
}

TEST_CASE("libraries that are gone are told once each") {
    StackTree stacks = heat();
    stacks.add({StackTree::native(Library::mpi, 0x1000)}, 1, 1);
    stacks.add({StackTree::native(Library::mpi, 0x9000)}, 1, 1);
    const Result<profile::Profile> profile = merge(stacks.tree(), {});
    REQUIRE(profile);
    const auto tells = [](const std::string& note) { return note.find("libmpi.so.40") != std::string::npos; };
    CHECK(std::ranges::count_if(profile->run.notes, tells) == 1);
}

TEST_CASE("the cache changes nothing but the time") {
    const test_support::TemporaryFolder folder;
    StackTree stacks = heat();
    MergeOptions options;
    const Result<profile::Profile> without = merge(stacks.tree(), options);
    options.symbols.cache_folder = folder.path();
    for (int round = 0; round < 2; round++) {
        const Result<profile::Profile> with = merge(stacks.tree(), options);
        REQUIRE((without && with));
        REQUIRE(with->functions.size() == without->functions.size());
        for (std::size_t i = 0; i < with->functions.size(); i++) {
            CHECK(with->functions[i].name == without->functions[i].name);
            CHECK(with->functions[i].file == without->functions[i].file);
        }
        CHECK(with->contexts.size() == without->contexts.size());
    }
}

TEST_CASE("a tree that refers to nothing is refused") {
    StackTree stacks = heat();
    gather::Tree& tree = stacks.tree();
    SECTION("context before its caller") { tree.contexts[1].parent = 1; }
    SECTION("module") { tree.contexts[1].key.index = 99; }
    SECTION("code") { tree.contexts[2].key.index = 99; }
    SECTION("kind of key") { tree.contexts[1].key.kind = static_cast<gather::KeyKind>(9); }
    SECTION("value's context") { tree.values[0].context = 1'000; }
    SECTION("value's thread") { tree.values[0].thread = 2; }
    SECTION("thread's process") { tree.threads[0].process = 1; }
    SECTION("thread's origin") { tree.threads[0].spawned_by = 1'000; }
    SECTION("no root") { tree = {}; }
    const Result<profile::Profile> profile = merge(tree, {});
    REQUIRE_FALSE(profile);
    CHECK(profile.error().message().find("damaged") != std::string::npos);
}

}  // namespace
}  // namespace pyprof::merge
