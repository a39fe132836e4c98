#include "gather/files.h"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include "gather/bytes.h"
#include "gather/reduce.h"
#include "tests/support/catch.h"
#include "tests/support/random_tree.h"
#include "tests/support/recording_builder.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof;
using namespace pyprof::gather;
using namespace pyprof::test_support;

namespace {

void write_recording(const std::string& path, std::int32_t pid, std::uint32_t expiries) {
    RecordingBuilder builder;
    builder.header().pid = pid;
    const std::uint32_t main = builder.thread(pid);
    builder.node(main, builder.root(main), wire::node_key::make_native(0x1000, 0, false, false), expiries);
    const auto bytes = builder.bytes();
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                static_cast<std::streamsize>(bytes.size()));
}

Tree some_tree(unsigned seed) {
    std::mt19937 random{seed};
    Tree tree = random_tree(random, 50);
    canonicalise(tree);
    return tree;
}

std::size_t files_in(const std::string& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder}, {}));
}

}  // namespace

TEST_CASE("a file is read as what its first bytes say") {
    const TemporaryFolder folder;
    write_recording(folder / "a.pyprof", 5, 7);
    const auto recording = gather_file(folder / "a.pyprof");
    REQUIRE(recording);
    CHECK(recording->values.at(0).samples == 7);

    const Tree tree = some_tree(1);
    REQUIRE(write_gathered(folder / "b.rec", tree));
    const auto gathered = gather_file(folder / "b.rec");
    REQUIRE(gathered);
    CHECK(serialise(*gathered) == serialise(tree));
}

TEST_CASE("what cannot be read is named") {
    const TemporaryFolder folder;
    CHECK(gather_file(folder / "absent").error().message() ==
          "cannot read " + (folder / "absent") + ": No such file or directory");
    std::ofstream{folder / "text"} << "something else altogether";
    CHECK(gather_file(folder / "text").error().message() ==
          "cannot read " + (folder / "text") + ": it is not a pyprof recording");
}

TEST_CASE("a file is written whole or not at all") {
    const TemporaryFolder folder;
    const std::string path = folder / "out.gath";
    REQUIRE(write_gathered(path, some_tree(1)));
    CHECK(files_in(folder.path()) == 1);

    SECTION("over one that is there") {
        REQUIRE(write_gathered(path, some_tree(2)));
        CHECK(serialise(*gather_file(path)) == serialise(some_tree(2)));
    }
    SECTION("never over one that must stay") {
        const Status status = write_gathered(path, some_tree(2), IfPresent::refuse);
        REQUIRE_FALSE(status);
        CHECK(status.error().message() == "cannot write " + path + ": File exists");
        CHECK(serialise(*gather_file(path)) == serialise(some_tree(1)));
    }
    SECTION("under a new name as well") {
        REQUIRE(write_gathered(folder / "new.gath", some_tree(1), IfPresent::refuse));
    }
    SECTION("not into a folder that is not there") {
        const Status status = write_gathered(folder / "no/out.gath", some_tree(1));
        REQUIRE_FALSE(status);
        CHECK(status.error().message().find("No such file or directory") != std::string::npos);
    }
    for (const auto& entry : std::filesystem::directory_iterator{folder.path()})
        CHECK(entry.path().extension() == ".gath");
}

TEST_CASE("a folder is the sum of its recordings and gathered files, in whatever order they were written") {
    const TemporaryFolder folder;
    write_recording(folder / "node1-5-1.rec", 5, 7);
    write_recording(folder / "node1-6-1.rec.done", 6, 8);
    const Tree tree = some_tree(3);
    REQUIRE(write_gathered(folder / "gathered-0.gath", tree));
    std::ofstream{folder / "notes.txt"} << "of no interest";
    const auto sum = gather_folder(folder.path());
    REQUIRE(sum);
    CHECK(sum->read.size() == 3);
    CHECK(sum->unreadable.empty());
    Meaning expected = meaning_of(tree);
    for (const char* name : {"node1-5-1.rec", "node1-6-1.rec.done"})
        expected = sum_of(std::move(expected), meaning_of(*gather_file(folder / name)));
    CHECK(meaning_of(sum->tree) == expected);
}

TEST_CASE("damaged files of a folder become notes") {
    const TemporaryFolder folder;
    write_recording(folder / "good.rec", 5, 7);
    write_recording(folder / "cut.rec", 6, 8);
    std::filesystem::resize_file(folder / "cut.rec", wire::recording_header_bytes + 4096);
    std::ofstream{folder / "bad.rec"} << "x";
    const auto sum = gather_folder(folder.path());
    REQUIRE(sum);
    CHECK(sum->read == std::vector<std::string>{folder / "cut.rec", folder / "good.rec"});
    CHECK(sum->unreadable == std::vector<std::string>{folder / "bad.rec"});
    CHECK(sum->tree.processes.size() == 2);
    REQUIRE(sum->tree.notes.size() == 2);
    CHECK(sum->tree.notes[0].find("bad.rec: it is cut within its first 16 bytes") != std::string::npos);
    CHECK(sum->tree.notes[1].find("process 6 on node1 is cut") != std::string::npos);
}

TEST_CASE("a folder that is not there is an error that names it") {
    const auto sum = gather_folder("/nonexistent/folder");
    REQUIRE_FALSE(sum);
    CHECK(sum.error().message() == "cannot list /nonexistent/folder: No such file or directory");
}

TEST_CASE("an empty folder is an empty tree") {
    const TemporaryFolder folder;
    const auto sum = gather_folder(folder.path());
    REQUIRE(sum);
    CHECK(sum->tree.contexts.size() == 1);
    CHECK(sum->tree.processes.empty());
}
