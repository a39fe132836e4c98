#include "gather/values_section.h"

#include "tests/support/catch.h"

using namespace pyprof::gather;

namespace {

Process process_of(std::uint64_t period_ns) {
    Process process;
    process.period_ns = period_ns;
    return process;
}

Thread thread_of(std::uint32_t process) {
    Thread thread;
    thread.process = process;
    return thread;
}

// Four contexts; two threads with a period of 10 ns and one of 7 ns.
Tree tree_with(std::vector<Value> values) {
    Tree tree{{}, {}, std::vector<Context>(4), std::move(values), {}, {}, {}};
    tree.processes = {process_of(10), process_of(7)};
    tree.threads = {thread_of(0), thread_of(0), thread_of(1)};
    return tree;
}

std::string written(const Tree& tree) {
    ColumnWriter columns;
    write_values(columns, tree, tree.values);
    return columns.bytes();
}

ColumnReader reader_of(const std::string& bytes) { return ColumnReader{std::as_bytes(std::span{bytes})}; }

constexpr std::uint64_t most = ~std::uint64_t{0};

}  // namespace

TEST_CASE("values of several periods come back") {
    const std::vector<Value> values{{0, 2, 3, 21},      {1, 0, 3, 50},       {1, 1, 3, 0},   {1, 2, 0, 14},
                                    {3, 0, most, most}, {3, 1, 0, most - 5}, {3, 2, most, 0}};
    const std::string bytes = written(tree_with(values));
    Tree back = tree_with({});
    ColumnReader reader = reader_of(bytes);
    read_values(reader, {}, back, back.values);
    CHECK_FALSE(reader.failed());
    CHECK(reader.done());
    REQUIRE(back.values.size() == values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        CAPTURE(i);
        CHECK(back.values[i].context == values[i].context);
        CHECK(back.values[i].thread == values[i].thread);
        CHECK(back.values[i].samples == values[i].samples);
        CHECK(back.values[i].weight_ns == values[i].weight_ns);
    }
}

TEST_CASE("a usual value takes four bytes") {
    const std::size_t empty = written(tree_with({})).size();
    CHECK(written(tree_with({{0, 0, 100, 1000}, {2, 1, 1, 10}})).size() == empty + 8);
}

TEST_CASE("values of another number of threads or contexts are refused") {
    const std::string bytes = written(tree_with({{3, 2, 1, 7}}));
    Tree other = tree_with({});
    SECTION("threads") { other.threads.pop_back(); }
    SECTION("contexts") { other.contexts.pop_back(); }
    ColumnReader reader = reader_of(bytes);
    read_values(reader, {}, other, other.values);
    CHECK(reader.failed());
}

TEST_CASE("values go to the stand-in of what is lost") {
    const std::string bytes = written(tree_with({{3, 2, 1, 7}}));
    Tree other = tree_with({});
    other.threads.resize(1);
    other.contexts.resize(1);
    LostSections lost;
    lost.add(Section::threads);
    lost.add(Section::contexts);
    ColumnReader reader = reader_of(bytes);
    read_values(reader, lost, other, other.values);
    REQUIRE_FALSE(reader.failed());
    REQUIRE(other.values.size() == 1);
    CHECK(other.values[0].context == 0);
    CHECK(other.values[0].thread == 0);
    CHECK(other.values[0].weight_ns == 7);
}
