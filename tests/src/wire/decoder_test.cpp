#include "wire/decoder.h"

#include <cstring>
#include <fstream>
#include <map>

#include "tests/support/catch.h"
#include "tests/support/recording_builder.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof;
using namespace pyprof::wire;
using test_support::RecordingBuilder;

namespace {

// parent id and expiries of each node, by id
std::map<std::uint32_t, std::pair<std::uint32_t, std::uint64_t>> shape_of(const Recording& recording) {
    std::map<std::uint32_t, std::pair<std::uint32_t, std::uint64_t>> shape;
    for (const TreeNode& node : recording.nodes) {
        const std::uint32_t parent = node.parent == no_node ? 0 : recording.nodes[node.parent].id;
        shape[node.id] = {parent, node.expiries};
    }
    return shape;
}

std::uint64_t total(const Recording& recording) {
    std::uint64_t sum = 0;
    for (const TreeNode& node : recording.nodes) sum += node.expiries;
    return sum;
}

constexpr std::uint64_t some_key = node_key::make_native(0x1234, 1, true, false);

}  // namespace

TEST_CASE("a recording reads back as it was built") {
    RecordingBuilder builder;
    builder.module({"/lib/libc.so", "\xab\xcd", 0x7000, 42, module_flags::mpi});
    builder.module({"/bin/app", "", 0x8000, 43, 0});
    builder.code({"a.py", "f", "A.f", 7, "tab", LineTableKind::pep626, TextKind::latin1, 3, 0});
    const std::uint32_t main = builder.thread(100);
    const std::uint32_t other = builder.thread(101);
    const std::uint32_t a = builder.node(main, builder.root(main), some_key, 3);
    const std::uint32_t b = builder.node(main, a, node_key::make_python(1, -1), 4);
    builder.unloaded(2);
    const auto recording = decode(builder.bytes());
    REQUIRE(recording);

    CHECK(recording->damaged_bytes == 0);
    CHECK(recording->missing_bytes == 0);
    CHECK(recording->detached_nodes == 0);
    CHECK(recording->header.pid == 100);
    CHECK(text_of(recording->header.host) == "node1");
    CHECK(shape_of(*recording) ==
          decltype(shape_of(*recording)){
              {builder.root(main), {0, 0}}, {builder.root(other), {0, 0}}, {a, {builder.root(main), 3}}, {b, {a, 4}}});
    REQUIRE(recording->modules.size() == 2);
    CHECK(recording->modules[0].path == "/lib/libc.so");
    CHECK(recording->modules[0].build_id == "\xab\xcd");
    CHECK(recording->modules[0].record.load_bias == 0x7000);
    CHECK(recording->modules[1].build_id.empty());
    REQUIRE(recording->codes.size() == 1);
    CHECK(recording->codes[0].file == "a.py");
    CHECK(recording->codes[0].name == "f");
    CHECK(recording->codes[0].qualname == "A.f");
    CHECK(recording->codes[0].table == "tab");
    REQUIRE(recording->threads.size() == 2);
    CHECK(recording->threads[1].tid == 101);
    CHECK(recording->unloaded == std::vector<std::uint32_t>{2});
}

TEST_CASE("values of extra metrics follow every node") {
    RecordingBuilder builder;
    builder.header().extra_metrics = 5;
    const std::uint32_t main = builder.thread(100);
    std::map<std::uint32_t, std::uint64_t> expected;
    for (std::uint64_t i = 0; i < 300; ++i) {  // several chunks
        const std::uint32_t node = builder.node(main, builder.root(main), some_key + i, 1);
        builder.extra(node, 0, i);
        builder.extra(node, 4, 1000 + i);
        expected[node] = i;
    }
    const auto recording = decode(builder.bytes());
    REQUIRE(recording);
    CHECK(recording->damaged_bytes == 0);
    REQUIRE(recording->nodes.size() == 301);
    for (const TreeNode& node : recording->nodes) {
        if (node.id == builder.root(main)) continue;
        CHECK(recording->extras.at(node.extras) == expected.at(node.id));
        CHECK(recording->extras.at(node.extras + 3) == 0);
        CHECK(recording->extras.at(node.extras + 4) == 1000 + expected.at(node.id));
    }
}

TEST_CASE("more extra metrics than there can be are damage, not memory") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    builder.node(main, builder.root(main), some_key, 3);
    builder.header().extra_metrics = 1'000'000;
    const auto recording = decode(builder.bytes());
    REQUIRE(recording);
    CHECK(recording->damaged_bytes == sizeof(std::uint32_t));
    CHECK(total(*recording) == 3);
}

TEST_CASE("moments lead to nodes, and those that lead nowhere are damage") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    const std::uint32_t node = builder.node(main, builder.root(main), some_key, 3);
    builder.header().moment_shift = 4;
    builder.moment(7, node);
    builder.moment(0, 0);
    builder.moment(8, builder.root(main));
    for (const std::uint32_t nowhere : {1U, node + 1, 0xffffffffU}) builder.moment(9, nowhere);
    const auto recording = decode(builder.bytes());
    REQUIRE(recording);
    CHECK(recording->damaged_bytes == 3 * sizeof(std::uint64_t));
    REQUIRE(recording->moments.size() == 2);
    CHECK(recording->moments[0].time == 7);
    CHECK(recording->nodes[recording->moments[0].node].id == node);
    CHECK(recording->nodes[recording->moments[1].node].id == builder.root(main));
}

TEST_CASE("moments of an impossible weight are left out") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    builder.moment(7, builder.root(main));
    builder.header().moment_shift = 49;
    const auto recording = decode(builder.bytes());
    REQUIRE(recording);
    CHECK(recording->moments.empty());
    CHECK(recording->damaged_bytes == moment_capacity * sizeof(std::uint64_t));
}

TEST_CASE("a recording of the first version, whose chunks stand where moments are now, is read as before") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    builder.node(main, builder.root(main), some_key, 3);
    std::vector<std::byte> bytes = builder.bytes();
    bytes.erase(bytes.begin() + moment_table_offset, bytes.begin() + recording_header_bytes);
    const std::uint32_t version = 1, header_bytes = moment_table_offset;
    const std::uint64_t committed = bytes.size();
    std::memcpy(bytes.data() + offsetof(RecordingHeader, version), &version, sizeof version);
    std::memcpy(bytes.data() + offsetof(RecordingHeader, header_bytes), &header_bytes, sizeof header_bytes);
    std::memcpy(bytes.data() + offsetof(RecordingHeader, committed_bytes), &committed, sizeof committed);
    const auto recording = decode(bytes);
    REQUIRE(recording);
    CHECK(recording->moments.empty());
    CHECK(recording->damaged_bytes == recording->detached_nodes * sizeof(std::uint32_t));
    CHECK(total(*recording) == 3);
}

TEST_CASE("what is no recording is refused with the reason") {
    CHECK(decode({}).error().message() == "it is cut within its first 16 bytes: nothing of the recording is left");
    std::vector<std::byte> bytes(1000);
    CHECK(decode(bytes).error().message() == "it is not a pyprof recording");
    RecordingBuilder newer;
    newer.header().version = 7;
    CHECK(decode(newer.bytes()).error().message() ==
          "it was recorded by a newer pyprof (recording version 7; this pyprof reads up to 2): read it with that "
          "pyprof");
    RecordingBuilder damaged;
    damaged.header().version = 0;
    CHECK(decode(damaged.bytes()).error().message() == "its version is damaged (0)");
}

TEST_CASE("the error of a file names the file") {
    const test_support::TemporaryFolder folder;
    CHECK(decode_file(folder / "absent").error().message() ==
          "cannot read " + (folder / "absent") + ": No such file or directory");
    std::ofstream{folder / "text"} << "no recording at all";
    CHECK(decode_file(folder / "text").error().message() ==
          "cannot read " + (folder / "text") + ": it is not a pyprof recording");
}

TEST_CASE("pages beyond what was committed are not looked at") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    builder.node(main, builder.root(main), some_key, 3);
    auto bytes = builder.bytes();
    bytes.resize(bytes.size() + 50'000, std::byte{0x5a});  // the writer reserves a file larger than it needs
    const auto recording = decode(bytes);
    REQUIRE(recording);
    CHECK(total(*recording) == 3);
    CHECK(recording->damaged_bytes == 0);
}

TEST_CASE("a committed size that cannot be is replaced by the file's") {
    const std::uint64_t damaged =
        GENERATE(std::uint64_t{0}, std::uint64_t{4096}, std::uint64_t{1} << 60, std::uint64_t{100'001});
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    builder.node(main, builder.root(main), some_key, 3);
    auto bytes = builder.bytes();
    std::memcpy(bytes.data() + offsetof(RecordingHeader, committed_bytes), &damaged, sizeof damaged);
    const auto recording = decode(bytes);
    REQUIRE(recording);
    CHECK(total(*recording) == 3);
    CHECK(recording->missing_bytes == 0);
}

TEST_CASE("a damaged chunk is skipped page by page and counted") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    builder.node(main, builder.root(main), some_key, 3);
    const std::uint64_t bad = builder.chunk(ChunkKind::nodes, 3, main);
    const std::uint32_t other = builder.thread(101);
    builder.node(other, builder.root(other), some_key, 5);
    auto bytes = builder.bytes();

    SECTION("its magic is wrong") { bytes[bad] = std::byte{1}; }
    SECTION("its kind is unknown") { bytes[bad + 4] = std::byte{77}; }
    SECTION("its size is no number of pages") { bytes[bad + 8] = std::byte{1}; }
    SECTION("it is larger than the file") { bytes[bad + 11] = std::byte{1}; }
    SECTION("it uses more than it has") { bytes[bad + 19] = std::byte{1}; }
    const auto recording = decode(bytes);
    REQUIRE(recording);
    CHECK(total(*recording) == 8);
    CHECK(recording->damaged_bytes == page_bytes);  // its two other pages were never written
}

TEST_CASE("a free chunk holds nothing") {
    RecordingBuilder builder;
    builder.chunk(ChunkKind::free, 2);
    const auto recording = decode(builder.bytes());
    REQUIRE(recording);
    CHECK(recording->nodes.empty());
    CHECK(recording->damaged_bytes == 0);
}

TEST_CASE("nodes without their callers keep their weight at the top") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    const std::uint32_t a = builder.node(main, builder.root(main), some_key, 1);
    const std::uint32_t b = builder.node(main, a, some_key, 2);
    const std::uint32_t c = builder.node(main, b, some_key, 4);
    Node damaged = builder.read_node(a);

    SECTION("the caller is unpublished") {
        damaged.key = 0;
        builder.write_node(a, damaged);
        const auto recording = decode(builder.bytes());
        REQUIRE(recording);
        CHECK(shape_of(*recording) ==
              decltype(shape_of(*recording)){{builder.root(main), {0, 0}}, {b, {0, 2}}, {c, {b, 4}}});
        CHECK(recording->detached_nodes == 1);
        CHECK(recording->damaged_bytes == sizeof(Node) + sizeof(Node::parent));
    }
    SECTION("the caller is of no known kind") {
        damaged.key = 5;
        builder.write_node(a, damaged);
        const auto recording = decode(builder.bytes());
        REQUIRE(recording);
        CHECK(total(*recording) == 6);
        CHECK(recording->detached_nodes == 1);
    }
    SECTION("the callers form a ring") {
        damaged.parent = c;
        builder.write_node(a, damaged);
        const auto recording = decode(builder.bytes());
        REQUIRE(recording);
        CHECK(total(*recording) == 7);
        CHECK(recording->detached_nodes == 1);
    }
    SECTION("the caller would be a chunk's header") {
        damaged.parent = recording_header_bytes / node_bytes;
        builder.write_node(a, damaged);
        const auto recording = decode(builder.bytes());
        REQUIRE(recording);
        CHECK(total(*recording) == 7);
        CHECK(recording->detached_nodes == 1);
    }
}

TEST_CASE("a last node that was not published is no damage") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    const std::uint32_t last = builder.node(main, builder.root(main), some_key);
    builder.write_node(last, {});
    const auto recording = decode(builder.bytes());
    REQUIRE(recording);
    CHECK(recording->nodes.size() == 1);
    CHECK(recording->damaged_bytes == 0);
}

TEST_CASE("an unpublished record hides the rest of its chunk, which is counted") {
    RecordingBuilder builder;
    builder.module();
    const std::uint64_t at = builder.record(RecordKind::unloaded, std::string(8, '\1'));
    builder.module();
    const std::uint64_t end = builder.borders().back();
    auto bytes = builder.bytes();
    bytes[at] = std::byte{0};
    const auto recording = decode(bytes);
    REQUIRE(recording);
    CHECK(recording->modules.size() == 1);
    CHECK(recording->damaged_bytes == end - at);
}

TEST_CASE("a damaged record is left out and counted") {
    RecordingBuilder builder;
    builder.module();
    std::uint64_t bytes_lost = 0;
    SECTION("its texts are longer than it is") {
        builder.record(RecordKind::module, std::string(48, '\x7f'));
        bytes_lost = 56;
    }
    SECTION("it is shorter than its kind") {
        builder.record(RecordKind::code, std::string(16, '\1'));
        bytes_lost = 24;
    }
    SECTION("its id is taken") {
        std::string unloaded(48, '\0');
        unloaded[0] = 1;
        builder.record(RecordKind::module, unloaded);
        bytes_lost = 56;
    }
    SECTION("its kind is of a later pyprof") { builder.record(static_cast<RecordKind>(99), std::string(8, 'x')); }
    builder.module();
    const auto recording = decode(builder.bytes());
    REQUIRE(recording);
    CHECK(recording->modules.size() == 2);
    CHECK(recording->damaged_bytes == bytes_lost);
}

TEST_CASE("a text field ends at its end if nothing else ends it") {
    const char full[4] = {'a', 'b', 'c', 'd'};
    const char part[4] = {'a', '\0', 'c', 'd'};
    CHECK(text_of(full) == "abcd");
    CHECK(text_of(part) == "a");
}

TEST_CASE("rows of calls are read with the thread that they belong to") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100), other = builder.thread(101);
    for (std::uint32_t i = 0; i < 100; ++i) builder.call(main, some_key + i, "MPI_Send", 1 + i, 1000);
    builder.call(other, node_key::make_python(1, 7), "MPI_File_iread_at_all", 2, 500);
    const auto recording = decode(builder.bytes());
    REQUIRE(recording);
    CHECK(recording->damaged_bytes == 0);
    REQUIRE(recording->calls.size() == 101);
    CHECK(recording->calls.front().thread == main);
    CHECK(recording->calls.back().thread == other);
    CHECK(text_of(recording->calls.back().row.name) == "MPI_File_iread_at_all");
}

TEST_CASE("rows of calls that make no sense are left out and counted") {
    RecordingBuilder builder;
    const std::uint32_t main = builder.thread(100);
    builder.call(main, some_key, "MPI_Send", 1, 1000);
    const std::uint64_t at = builder.call(main, some_key, "MPI_Recv", 1, 1000);
    CallRow row = builder.read_call(at);
    SECTION("no place yet") { row.place = 0; }
    SECTION("no call yet") { row.count = 0; }
    SECTION("a place that is none") { row.place = node_key::make_special(1); }
    SECTION("a name without end, or of nothing") { std::memset(row.name, GENERATE(0, 7, 0xff), sizeof row.name); }
    SECTION("an unknown kind") { row.kind = CallKind::count; }
    SECTION("an unknown peer") { row.peer = CallPeer::count; }
    SECTION("a size that nothing has") { row.size_class = 65; }
    builder.write_call(at, row);
    const auto recording = decode(builder.bytes());
    REQUIRE(recording);
    CHECK(recording->calls.size() == 1);
    CHECK(recording->damaged_bytes == (row.place == 0 || row.count == 0 ? 0 : sizeof row));
}
