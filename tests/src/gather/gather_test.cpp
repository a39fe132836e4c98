#include "gather/gather.h"

#include <cstring>

#include "tests/support/catch.h"
#include "tests/support/random_tree.h"
#include "tests/support/recording_builder.h"

using namespace pyprof;
using namespace pyprof::gather;
using test_support::CodeSpec;
using test_support::RecordingBuilder;
namespace key = wire::node_key;

namespace {

Tree tree_of(RecordingBuilder& builder) {
    const auto recording = wire::decode(builder.bytes());
    REQUIRE(recording);
    return gather::gather(*recording);
}

constexpr std::uint64_t special(wire::Special what) { return key::make_special(static_cast<std::uint64_t>(what)); }

}  // namespace

TEST_CASE("addresses become offsets in their modules") {
    RecordingBuilder builder;
    const std::uint32_t module = builder.module({"/lib/libm.so", "\xab\x01", 0x5000, 0, 0});
    const std::uint32_t main = builder.thread(100);
    const std::uint32_t a = builder.node(main, builder.root(main), key::make_native(0x6234, module, true, false), 1);
    builder.node(main, a, key::make_native(0x6100, module, false, true), 2);
    builder.node(main, a, key::make_native(0x6100, 0, false, false), 3);
    builder.node(main, a, key::make_native(0x6100, 99, false, false), 4);      // a module that was not stored
    builder.node(main, a, key::make_native(0x4fff, module, false, false), 5);  // before the module
    const Tree tree = tree_of(builder);
    REQUIRE(tree.modules.size() == 1);
    CHECK(tree.modules[0].build_id == "ab01");
    REQUIRE(tree.contexts.size() == 5);
    CHECK(tree.contexts[1].key == Key{KeyKind::native, 0, 0x1234, key_flags::return_address});
    CHECK(tree.contexts[2].key == Key{KeyKind::native, 0, 0x1100, key_flags::guessed});
    CHECK(tree.contexts[3].key == Key{KeyKind::native, no_module, 0x4fff, 0});
    CHECK(tree.contexts[4].key == Key{KeyKind::native, no_module, 0x6100, 0});
    REQUIRE(tree.values.size() == 4);
    CHECK(tree.values[3].samples == 7);
    CHECK(tree.values[3].weight_ns == 7 * 5'000'000);
}

TEST_CASE("extra metrics become measures of their names") {
    RecordingBuilder builder;
    builder.header().extra_metrics = 2;
    std::strcpy(builder.header().metrics[0].name, "perf::PAGE-FAULTS");
    std::strcpy(builder.header().metrics[1].name, "idle");
    builder.header().metrics[1].unit = wire::MetricUnit::nanoseconds;
    const std::uint32_t main = builder.thread(100);
    const std::uint32_t a = builder.node(main, builder.root(main), key::make_native(0x6100, 0, false, false), 2);
    const std::uint32_t b = builder.node(main, a, key::make_native(0x6200, 0, false, false));  // no sample
    builder.extra(a, 0, 17);
    builder.extra(b, 1, 4'000);
    const Tree tree = tree_of(builder);
    REQUIRE(tree.measures.size() == 2);
    CHECK(tree.measures[0].name == "idle");
    CHECK(tree.measures[0].unit == wire::MetricUnit::nanoseconds);
    REQUIRE(tree.measures[0].values.size() == 1);
    CHECK(tree.measures[0].values[0].context == 2);
    CHECK(tree.measures[0].values[0].weight_ns == 4'000);
    REQUIRE(tree.measures[1].values.size() == 1);
    CHECK(tree.measures[1].values[0].weight_ns == 17);
    CHECK(tree.values.size() == 1);
}

TEST_CASE("wall time is CPU time and the time off the CPU") {
    RecordingBuilder builder;
    builder.header().clock = wire::Clock::wall;
    builder.header().extra_metrics = 1;
    std::strcpy(builder.header().metrics[0].name, wire::off_cpu_metric);
    builder.header().metrics[0].unit = wire::MetricUnit::nanoseconds;
    const std::uint32_t main = builder.thread(100);
    const std::uint32_t a = builder.node(main, builder.root(main), key::make_native(0x6100, 0, false, false), 2);
    const std::uint32_t b = builder.node(main, a, key::make_native(0x6200, 0, false, false));
    builder.extra(a, 0, 500);
    builder.extra(b, 0, 7'000'000);
    const Tree tree = tree_of(builder);
    REQUIRE(tree.values.size() == 2);
    CHECK(tree.values[0].weight_ns == 2 * 5'000'000 + 500);
    CHECK(tree.values[1].weight_ns == 7'000'000);
    REQUIRE(tree.measures.size() == 2);
    CHECK(tree.measures[0].name == "cpu");
    REQUIRE(tree.measures[0].values.size() == 1);
    CHECK(tree.measures[0].values[0].weight_ns == 2 * 5'000'000);
    CHECK(tree.measures[1].name == "off_cpu");
    CHECK(tree.measures[1].values.size() == 2);
}

TEST_CASE("what threads used that found no room is a thread and a context of its own") {
    RecordingBuilder builder;
    builder.header().clock = wire::Clock::wall;
    builder.header().extra_metrics = 2;
    std::strcpy(builder.header().metrics[0].name, "events");
    std::strcpy(builder.header().metrics[1].name, wire::off_cpu_metric);
    builder.header().unplaced_expiries = 3;
    builder.header().unplaced[1] = 700;
    builder.header().unplaced[2] = 9;  // of no metric
    builder.thread(100);
    const Tree tree = tree_of(builder);
    REQUIRE(tree.values.size() == 1);
    const Value& value = tree.values[0];
    CHECK(value.weight_ns == 3 * 5'000'000 + 700);
    CHECK(tree.contexts[value.context].key ==
          Key{KeyKind::special, 0, static_cast<std::uint64_t>(wire::Special::unplaced), 0});
    CHECK(tree.threads[value.thread].name == "threads without room");
    REQUIRE(tree.measures.size() == 3);
    CHECK(tree.measures[2].values.at(0).weight_ns == 700);
}

TEST_CASE("a library loaded twice at different places is one module") {
    RecordingBuilder builder;
    const std::uint32_t first = builder.module({"/lib/libm.so", "\x01", 0x5000, 0, 0});
    const std::uint32_t second = builder.module({"/lib/libm.so", "\x01", 0x9000, 0, 0});
    const std::uint32_t main = builder.thread(100);
    builder.node(main, builder.root(main), key::make_native(0x5010, first, false, false), 1);
    builder.node(main, builder.root(main), key::make_native(0x9010, second, false, false), 2);
    const Tree tree = tree_of(builder);
    CHECK(tree.modules.size() == 1);
    REQUIRE(tree.values.size() == 1);
    CHECK(tree.values[0].samples == 3);
}

TEST_CASE("code units become lines, and contexts that are then equal become one") {
    RecordingBuilder builder;
    CodeSpec spec;
    spec.first_line = 10;
    spec.table = std::string{"\x81\x00\xd8\x00\x00", 5};  // units 0 and 1 on line 10, unit 2 on line 11
    const std::uint32_t code = builder.code(spec);
    const std::uint32_t main = builder.thread(100);
    const std::uint32_t first = builder.node(main, builder.root(main), key::make_python(code, 0), 1);
    const std::uint32_t second = builder.node(main, builder.root(main), key::make_python(code, 1), 2);
    builder.node(main, builder.root(main), key::make_python(code, -1), 4);
    builder.node(main, builder.root(main), key::make_python(code, 2), 8);
    builder.node(main, first, key::make_python(code, 2), 16);
    builder.node(main, second, key::make_python(code, 2), 32);
    const Tree tree = tree_of(builder);
    REQUIRE(tree.contexts.size() == 4);
    CHECK(tree.contexts[1].key == Key{KeyKind::python, 0, 10, 0});
    CHECK(tree.contexts[2].key == Key{KeyKind::python, 0, 11, 0});
    CHECK(tree.contexts[2].parent == 1);
    CHECK(tree.contexts[3].key == Key{KeyKind::python, 0, 11, 0});
    CHECK(tree.contexts[3].parent == 0);
    REQUIRE(tree.values.size() == 3);
    CHECK(tree.values[0].samples == 7);
    CHECK(tree.values[1].samples == 48);
    CHECK(tree.values[2].samples == 8);
}

TEST_CASE("names are UTF-8, say when they are cut, and stand in for a missing qualified name") {
    RecordingBuilder builder;
    builder.code({"é.py", "\xe9", "", 1});
    builder.code({"b.py", "long", "A.long", 1, "", wire::LineTableKind::locations, wire::TextKind::latin1, 0,
                  wire::code_truncated::any | wire::code_truncated::qualname});
    const Tree tree = tree_of(builder);
    REQUIRE(tree.codes.size() == 2);
    CHECK(tree.codes[0].qualname == "A.long…");
    CHECK(tree.codes[0].name == "long");
    CHECK(tree.codes[1].name == "é");
    CHECK(tree.codes[1].qualname == "é");
}

TEST_CASE("a frame whose code was not stored is unknown code") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    builder.node(main, builder.root(main), key::make_python(0, 5), 1);
    builder.node(main, builder.root(main), key::make_python(7, 5), 1);
    builder.node(main, builder.root(main), special(wire::Special::unknown_code), 1);
    const Tree tree = tree_of(builder);
    REQUIRE(tree.contexts.size() == 2);
    CHECK(tree.contexts[1].key == Key{KeyKind::special, 0, static_cast<std::uint64_t>(wire::Special::unknown_code), 0});
    CHECK(tree.values[0].samples == 3);
}

TEST_CASE("values are kept per thread, and what the root of a thread has is what found no room") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    const std::uint32_t other = builder.thread(101);
    std::strcpy(builder.thread_record(other).name, "worker");
    builder.thread_record(other).started_ns += 500;
    builder.thread_record(other).ended_ns = builder.header().started_ns + 900;
    const std::uint32_t spawner = builder.node(main, builder.root(main), key::make_native(1, 0, false, false), 1);
    builder.thread_record(other).spawned_by = spawner;
    builder.node(other, builder.root(other), key::make_native(1, 0, false, false), 2);
    wire::Node root = builder.read_node(builder.root(other));
    root.expiries = root.samples = 9;  // charged to the root when memory is full
    builder.write_node(builder.root(other), root);
    const Tree tree = tree_of(builder);
    REQUIRE(tree.threads.size() == 2);
    CHECK(tree.threads[1].name == "worker");
    CHECK(tree.threads[1].started_ns == 500);
    CHECK(tree.threads[1].ended_ns == 900);
    CHECK(tree.threads[1].spawned_by == 1);
    REQUIRE(tree.contexts.size() == 3);
    REQUIRE(tree.values.size() == 3);
    CHECK((tree.values[0].context == 1 && tree.values[0].thread == 0 && tree.values[0].samples == 1));
    CHECK((tree.values[1].context == 1 && tree.values[1].thread == 1 && tree.values[1].samples == 2));
    CHECK((tree.values[2].context == 2 && tree.values[2].thread == 1 && tree.values[2].samples == 9));
    CHECK(tree.contexts[2].key == Key{KeyKind::special, 0, static_cast<std::uint64_t>(wire::Special::unplaced), 0});
}

TEST_CASE("ended threads are one entry that says how many they are") {
    RecordingBuilder builder;
    builder.thread(100);
    const std::uint32_t ended = builder.thread(0, wire::Special::ended_threads);
    builder.thread_record(ended).armed = 12;
    const std::uint32_t folded = builder.thread(777);
    builder.thread_record(folded).state = wire::ThreadState::folded;
    builder.node(ended, builder.root(ended), key::make_native(1, 0, false, false), 5);
    const Tree tree = tree_of(builder);
    REQUIRE(tree.threads.size() == 2);
    CHECK(tree.threads[0].tid == 0);
    CHECK(tree.threads[0].folded == 12);
    CHECK(tree.threads[0].name == "ended threads");
    CHECK(tree.threads[1].tid == 100);
    REQUIRE(tree.values.size() == 1);
    CHECK(tree.values[0].thread == 0);
    CHECK(tree.contexts[tree.values[0].context].parent == 0);
}

TEST_CASE("a tree without a thread record belongs to a thread without a name") {
    RecordingBuilder builder;
    const std::uint64_t chunk = builder.chunk(wire::ChunkKind::nodes, 1, 55);
    auto bytes = builder.bytes();
    const wire::Node node{key::make_native(1, 0, false, false), 0, 3, 3, 0, 0};
    std::memcpy(bytes.data() + chunk + 32, &node, sizeof node);
    const std::uint32_t used = 64;
    std::memcpy(bytes.data() + chunk + offsetof(wire::ChunkHeader, used), &used, sizeof used);
    const Tree tree = gather::gather(*wire::decode(bytes));
    REQUIRE(tree.threads.size() == 1);
    CHECK(tree.threads[0].tid == 0);
    REQUIRE(tree.values.size() == 1);
    CHECK(tree.values[0].samples == 3);
}

TEST_CASE("a weight that does not fit stops at the largest") {
    RecordingBuilder builder;
    builder.header().period_ns = ~std::uint64_t{0} / 2;
    const std::uint32_t main = builder.thread(100);
    builder.node(main, builder.root(main), key::make_native(1, 0, false, false), 3);
    CHECK(tree_of(builder).values[0].weight_ns == ~std::uint64_t{0});
}

TEST_CASE("damage is said in a note and counted with the process") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    builder.node(main, builder.root(main), key::make_native(1, 0, false, false), 3);
    auto bytes = builder.bytes();

    SECTION("a cut") {
        bytes.resize(bytes.size() - 1000);
        const Tree tree = gather::gather(*wire::decode(bytes));
        REQUIRE(tree.notes.size() == 1);
        CHECK(tree.notes[0] == "the recording of process 100 on node1 is cut: 1000 of " +
                                   std::to_string(bytes.size() + 1000) + " bytes are missing");
        CHECK(tree.processes[0].damaged_bytes == 1000);
    }
    SECTION("a bad page") {
        bytes[wire::recording_header_bytes] = std::byte{0};
        const Tree tree = gather::gather(*wire::decode(bytes));
        REQUIRE(tree.notes.size() == 1);
        CHECK(tree.notes[0] == "the recording of process 100 on node1 is damaged: 4096 bytes could not be read");
        CHECK(tree.processes[0].damaged_bytes == 4096);
    }
    SECTION("lost callers") {
        std::uint32_t nowhere = 1;
        std::memcpy(bytes.data() + wire::recording_header_bytes + 64 + offsetof(wire::Node, parent), &nowhere, 4);
        const Tree tree = gather::gather(*wire::decode(bytes));
        REQUIRE(tree.notes.size() == 2);
        CHECK(tree.notes[0] == "the recording of process 100 on node1 has 1 call paths whose callers are lost");
        CHECK(tree.values[0].samples == 3);
    }
}

TEST_CASE("the part of the CPU time in which threads were attached becomes a measure") {
    RecordingBuilder builder;
    builder.header().python_version = 0x030b02f0;
    const std::uint32_t main = builder.thread(100);
    const std::uint32_t a = builder.node(main, builder.root(main), key::make_native(0x6100, 0, false, false), 9);
    const std::uint32_t b = builder.node(main, a, key::make_native(0x6200, 0, false, false), 3);
    builder.node(main, b, key::make_native(0x6300, 0, false, false), 2);
    const auto set_attached = [&](std::uint32_t id, std::uint32_t expiries) {
        wire::Node node = builder.read_node(id);
        node.attached = expiries;
        builder.write_node(id, node);
    };
    set_attached(a, 4);
    set_attached(b, 99);  // where a folded node went, say: no more than the expiries there are
    SECTION("with the lock of the interpreter") { CHECK(tree_of(builder).measures.at(0).name == "gil_held"); }
    SECTION("without it") {
        builder.header().free_threaded = 1;
        CHECK(tree_of(builder).measures.at(0).name == "attached");
    }
    SECTION("in nanoseconds of each context") {
        const Tree tree = tree_of(builder);
        REQUIRE(tree.measures.size() == 1);
        CHECK(tree.measures[0].unit == wire::MetricUnit::nanoseconds);
        REQUIRE(tree.measures[0].values.size() == 2);
        CHECK(tree.measures[0].values[0].weight_ns == 4 * 5'000'000);
        CHECK(tree.measures[0].values[1].weight_ns == 3 * 5'000'000);
    }
    SECTION("but not where the interpreter is not read") {
        builder.header().python_disabled = 1;
        CHECK(tree_of(builder).measures.empty());
    }
}

TEST_CASE("moments go to the contexts and threads that their nodes became, in order of time") {
    RecordingBuilder builder;
    const std::uint32_t code = builder.code({});
    const std::uint32_t main = builder.thread(100), worker = builder.thread(101);
    const std::uint32_t a = builder.node(main, builder.root(main), key::make_python(code, 1), 1);
    const std::uint32_t b = builder.node(worker, builder.root(worker), key::make_python(code, 1), 1);
    builder.header().moment_shift = 3;
    builder.moment(9, a);
    builder.moment(2, b);
    const Tree tree = tree_of(builder);
    REQUIRE(tree.moments.size() == 2);
    CHECK(tree.moments[0].time == 2);
    CHECK(tree.threads[tree.moments[0].thread].tid == 101);
    CHECK(tree.threads[tree.moments[1].thread].tid == 100);
    CHECK(tree.moments[1].context == tree.moments[0].context);
    CHECK(tree.moments[1].context == tree.values[0].context);
    CHECK(tree.moments[1].shift == 3);
}

TEST_CASE("calls are charged to lines and native places below the root, in nanoseconds") {
    RecordingBuilder builder;
    const std::uint32_t module = builder.module({"/lib/libsolver.so", "\xab\x01", 0x5000, 0, 0});
    const std::uint32_t code = builder.code({.first_line = 7});
    const std::uint32_t main = builder.thread(100);
    builder.call(main, key::make_python(code, -1), "MPI_Bcast", 4, 2'000'000);
    builder.call(main, key::make_python(code, -1), "MPI_Bcast", 1, 1'000'000);
    builder.call(main, key::make_native(0x6234, module, true, false), "MPI_Send", 2, 400);
    SECTION("by the cycle counter") {
        builder.header().ticks_per_ms = 2'000'000;
        const Tree tree = tree_of(builder);
        REQUIRE(tree.calls.size() == 2);
        CHECK(tree.calls[0].time_ns == 200);
        CHECK(tree.calls[1].time_ns == 1'500'000);
    }
    SECTION("by the system's clock") {
        builder.header().call_clock = wire::CallClock::nanoseconds;
        CHECK(tree_of(builder).calls.at(1).time_ns == 3'000'000);
    }
    const Tree tree = tree_of(builder);
    REQUIRE(tree.contexts.size() == 3);
    CHECK(tree.contexts[1].key == Key{KeyKind::native, 0, 0x1234, key_flags::return_address});
    CHECK(tree.contexts[2].key == Key{KeyKind::python, 0, 7, 0});
    CHECK(tree.calls[0].context == 1);
    CHECK(tree.calls[0].name == "MPI_Send");
    CHECK(tree.calls[1].context == 2);
    CHECK(tree.calls[1].count == 5);
    CHECK(tree.values.empty());
    CHECK(tree.threads.size() == 1);
}
