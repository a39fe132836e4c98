#include "agent/capture/call_counts.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "wire/decoder.h"

using namespace pyprof;
using namespace pyprof::capture;

namespace {

constexpr std::uint64_t place = wire::node_key::make_python(1, 5);

struct Table {
    Arena arena;
    TreeBudget budget;
    CallCounts calls;

    explicit Table(std::uint64_t cap = 8u << 20) {
        arena.open("", "", cap);
        arena.header()->magic = wire::recording_magic;
        arena.header()->version = wire::recording_version;
        arena.header()->header_bytes = wire::recording_header_bytes;
        budget.index_cap = 4u << 20;
    }
    void call(const CallKey& key, std::uint64_t time, std::uint64_t bytes = 0) { call(calls, 1, key, time, bytes); }
    void call(CallCounts& into, std::uint32_t thread, const CallKey& key, std::uint64_t time, std::uint64_t bytes) {
        wire::CallRow* row = into.find(key);
        if (row == nullptr) row = into.add(arena, budget, thread, key, place, wire::CallKind::point);
        REQUIRE(row != nullptr);
        CallCounts::count(*row, time, bytes, 0);
    }
    wire::Recording decoded() {
        const auto recording = wire::decode({arena.base(), arena.committed()});
        REQUIRE(recording);
        CHECK(recording->damaged_bytes == 0);
        return *recording;
    }
};

CallKey key_of(std::uint64_t where, const char* name = "MPI_Send", std::uint8_t size_class = 0) {
    return {.place = where, .name = name, .ranks = 2, .peer = wire::CallPeer::rank, .size_class = size_class};
}

}  // namespace

TEST_CASE("size classes are powers of two") {
    CHECK(size_class_of(0) == 0);
    CHECK(size_class_of(1) == 1);
    CHECK(size_class_of(2) == 2);
    CHECK(size_class_of(3) == 2);
    CHECK(size_class_of(1024) == 11);
    CHECK(size_class_of(~0ULL) == 64);
}

TEST_CASE("calls of one kind add up in one row, which a reader of the recording finds") {
    Table table;
    table.call(key_of(7), 30, 8);
    table.call(key_of(7), 10, 8);
    table.call(key_of(7), 20, 9);
    const wire::Recording recording = table.decoded();
    REQUIRE(recording.calls.size() == 1);
    const wire::CallRow& row = recording.calls[0].row;
    CHECK(wire::text_of(row.name) == "MPI_Send");
    CHECK(row.place == place);
    CHECK(recording.calls[0].thread == 1);
    CHECK(row.count == 3);
    CHECK(row.time == 60);
    CHECK(row.bytes == 25);
    CHECK(row.shortest == 10);
    CHECK(row.longest == 30);
    CHECK(row.ranks == 2);
}

TEST_CASE("rows differ by place, function, size, peer and communicator") {
    Table table;
    CallKey key = key_of(7);
    table.call(key, 1);
    for (const CallKey& other : {key_of(8), key_of(7, "MPI_Recv"), key_of(7, "MPI_Send", 3)}) table.call(other, 1);
    key.ranks = 3;
    table.call(key, 1);
    key.peer = wire::CallPeer::root;
    table.call(key, 1);
    CHECK(table.decoded().calls.size() == 6);
}

TEST_CASE("a thread has so many rows and no more, and finds each of them") {
    Table table;
    for (std::uint64_t i = 0; i < CallCounts::most_rows; ++i) table.call(key_of(i), 1);
    CHECK(table.calls.add(table.arena, table.budget, 1, key_of(CallCounts::most_rows), place, wire::CallKind::point) ==
          nullptr);
    for (std::uint64_t i = 0; i < CallCounts::most_rows; ++i) REQUIRE(table.calls.find(key_of(i))->count == 1);
    CHECK(table.decoded().calls.size() == CallCounts::most_rows);
}

TEST_CASE("where memory ends calls go uncounted") {
    SECTION("of the recording") {
        Table table{wire::recording_header_bytes + wire::page_bytes};
        for (std::uint64_t i = 0; i < 42; ++i) table.call(key_of(i), 1);
        CHECK(table.calls.add(table.arena, table.budget, 1, key_of(42), place, wire::CallKind::point) == nullptr);
        CHECK(table.calls.find(key_of(41)) != nullptr);
    }
    SECTION("of indexes") {
        Table table;
        table.budget.index_cap = 100;
        CHECK(table.calls.add(table.arena, table.budget, 1, key_of(0), place, wire::CallKind::point) == nullptr);
        CHECK(table.calls.find(key_of(0)) == nullptr);
        CHECK(table.budget.index_bytes == 0);
    }
}

TEST_CASE("rows of ended threads are added to those of others, and their chunks are used again") {
    Table table;
    CallCounts ended;
    table.call(key_of(1), 5);
    for (std::uint64_t i = 0; i < 60; ++i) table.call(ended, 2, key_of(i), 3, 1);
    const std::uint64_t used = table.arena.committed();
    CHECK(table.calls.absorb(ended, table.arena, table.budget, 1) == 0);
    const wire::CallRow& both = *table.calls.find(key_of(1));
    CHECK(both.count == 2);
    CHECK(both.time == 8);
    CHECK(both.shortest == 3);
    CHECK(both.longest == 5);
    std::uint64_t count = 0;
    for (const wire::DecodedCall& call : table.decoded().calls) {
        count += call.row.count;
        CHECK(call.thread == 1);
    }
    CHECK(count == 61);
    for (std::uint64_t i = 0; i < 60; ++i) table.call(ended, 3, key_of(i), 3, 1);  // a later thread
    CHECK(table.arena.committed() <= used + wire::page_bytes);
}

TEST_CASE("after freeze nothing is found or added, after forget all begins anew") {
    Table table;
    table.call(key_of(1), 5);
    table.calls.freeze();
    CHECK(table.calls.find(key_of(1)) == nullptr);
    CHECK(table.calls.add(table.arena, table.budget, 1, key_of(1), place, wire::CallKind::point) == nullptr);
    CHECK(table.budget.index_bytes == 0);
    CHECK(table.decoded().calls.size() == 1);
    table.calls.forget();
    table.call(key_of(1), 5);
    CHECK(table.decoded().calls.size() == 2);
}
