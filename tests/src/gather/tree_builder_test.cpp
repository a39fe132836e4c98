#include "gather/tree_builder.h"

#include "tests/support/catch.h"

using namespace pyprof::gather;

namespace {

Thread thread_of(std::uint32_t process, std::int32_t tid, std::uint64_t started_ns, std::uint32_t folded = 0) {
    Thread thread;
    thread.process = process;
    thread.tid = tid;
    thread.started_ns = started_ns;
    thread.folded = folded;
    return thread;
}

}  // namespace

TEST_CASE("modules are the same by build id, and without one by path and identity") {
    TreeBuilder builder;
    const std::uint32_t a = builder.module({"/usr/lib/libz.so", "abcd", 1, 0});
    CHECK(builder.module({"/lib/libz.so", "abcd", 1, pyprof::wire::module_flags::mpi}) == a);
    CHECK(builder.module({"/lib/libz.so", "abce", 1, 0}) != a);
    const std::uint32_t b = builder.module({"/opt/x.so", "", 7, 0});
    CHECK(builder.module({"/opt/x.so", "", 7, 0}) == b);
    CHECK(builder.module({"/opt/x.so", "", 8, 0}) != b);
    CHECK(builder.module({"/opt/y.so", "", 7, 0}) != b);
    const Tree tree = builder.finish();
    REQUIRE(tree.modules.size() == 5);
    CHECK(tree.modules[0] == Module{"/lib/libz.so", "abcd", 1, pyprof::wire::module_flags::mpi});
}

TEST_CASE("threads are the same by tid and start; folded ones of a process are one") {
    TreeBuilder builder;
    Process process;
    const std::uint32_t p = builder.process(process);
    process.pid = 1;
    const std::uint32_t q = builder.process(process);
    const std::uint32_t a = builder.thread(thread_of(p, 7, 100));
    CHECK(builder.thread(thread_of(p, 7, 100)) == a);
    CHECK(builder.thread(thread_of(p, 7, 200)) != a);  // the system uses tids again
    CHECK(builder.thread(thread_of(q, 7, 100)) != a);
    const std::uint32_t folded = builder.thread(thread_of(p, 0, 0, 3));
    CHECK(builder.thread(thread_of(p, 0, 0, 4)) == folded);
    CHECK(builder.thread(thread_of(p, 0, 0)) != folded);
    const Tree tree = builder.finish();
    REQUIRE(tree.threads.size() == 5);
    CHECK(tree.threads[1].folded == 7);
}

TEST_CASE("values of nothing are left out") {
    TreeBuilder builder;
    builder.process({});
    builder.thread({});
    builder.value({0, 0, 0, 0});
    builder.value({0, 0, 0, 9});
    const Tree tree = builder.finish();
    REQUIRE(tree.values.size() == 1);
    CHECK(tree.values[0].weight_ns == 9);
}

TEST_CASE("a builder starts again after finish") {
    TreeBuilder builder;
    builder.context(0, {KeyKind::special, 0, 3, 0});
    builder.module({"/a", "", 0, 0});
    CHECK(builder.finish().contexts.size() == 2);
    CHECK(builder.module({"/b", "", 0, 0}) == 0);
    const Tree tree = builder.finish();
    CHECK(tree.contexts.size() == 1);
    CHECK(tree.modules.size() == 1);
}
