#include "gather/many_files.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>

#include "gather/bytes.h"
#include "gather/files.h"
#include "gather/reduce.h"
#include "tests/support/catch.h"
#include "tests/support/random_tree.h"
#include "tests/support/recording_builder.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof;
using namespace pyprof::gather;
using namespace pyprof::test_support;

namespace {

Tree some_tree(unsigned seed) {
    std::mt19937 random{seed};
    Tree tree = random_tree(random, 50);
    canonicalise(tree);
    return tree;
}

Gathered files_of(const TemporaryFolder& folder) { return gather_files(*list_recordings(folder.path())); }

}  // namespace

TEST_CASE("a sum holds recordings and gathered files") {
    const TemporaryFolder folder;
    write_recording(folder / "node1-5-1.rec", 5, 7);
    write_recording(folder / "node1-6-1.rec.done", 6, 8);
    const Tree tree = some_tree(3);
    REQUIRE(write_gathered(folder / "gathered-0.gath", tree));
    std::ofstream{folder / "notes.txt"} << "of no interest";
    const Gathered sum = files_of(folder);
    CHECK(sum.read.size() == 3);
    CHECK(sum.unreadable.empty());
    Meaning expected = meaning_of(tree);
    for (const char* name : {"node1-5-1.rec", "node1-6-1.rec.done"})
        expected = sum_of(std::move(expected), meaning_of(*gather_file(folder / name)));
    CHECK(meaning_of(sum.tree) == expected);
}

TEST_CASE("damaged files of a folder become notes") {
    const TemporaryFolder folder;
    write_recording(folder / "good.rec", 5, 7);
    write_recording(folder / "cut.rec", 6, 8);
    std::filesystem::resize_file(folder / "cut.rec", wire::recording_header_bytes + 4096);
    std::ofstream{folder / "bad.rec"} << "x";
    const Gathered sum = files_of(folder);
    CHECK(sum.read == std::vector<std::string>{folder / "cut.rec", folder / "good.rec"});
    CHECK(sum.unreadable == std::vector<std::string>{folder / "bad.rec"});
    CHECK(sum.tree.processes.size() == 2);
    REQUIRE(sum.tree.notes.size() == 2);
    CHECK(sum.tree.notes[0].find("bad.rec: it is cut within its first 16 bytes") != std::string::npos);
    CHECK(sum.tree.notes[1].find("process 6 on node1 is cut") != std::string::npos);
}

TEST_CASE("nothing makes an empty tree") {
    const Gathered sum = gather_files({});
    CHECK(sum.tree.contexts.size() == 1);
    CHECK(sum.tree.processes.empty());
}

TEST_CASE("several threads find what one finds, and each file is looked at once") {
    const TemporaryFolder folder;
    constexpr int files = 100;  // more than one thread reads
    std::vector<std::string> paths;
    Meaning expected;
    for (int i = 0; i < files; ++i) {
        paths.push_back(folder / ("r" + std::to_string(i) + ".rec"));
        write_recording(paths.back(), 10 + i, static_cast<std::uint32_t>(1 + i));
        expected = sum_of(std::move(expected), meaning_of(*gather_file(paths.back())));
    }
    std::vector<std::atomic<int>> looks(files);
    const Tree sum =
        sum_of_files(paths, [&](std::size_t file, const Result<Tree>& tree) { looks[file] += tree ? 1 : 100; });
    CHECK(meaning_of(sum) == expected);
    CHECK(std::all_of(looks.begin(), looks.end(), [](const auto& count) { return count == 1; }));
}
