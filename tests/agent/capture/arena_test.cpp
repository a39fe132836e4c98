#include "agent/capture/arena.h"

#include <cstdlib>
#include <fcntl.h>
#include <sched.h>
#include <set>
#include <string>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::capture;

namespace {

std::string fresh_path() {
    std::string name = "/tmp/pyprof-arena-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    return name + "/a.rec";
}

constexpr int cannot_mount = 77;
constexpr std::uint32_t disk_bytes = wire::recording_header_bytes + 8 * wire::page_bytes;

// A large chunk finds no room, small ones do until there is none; whatever the arena calls its own can be read then.
// Exit status, of a process whose file systems nobody else sees.
int fill_disk(const std::string& folder) {
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("none", folder.c_str(), "tmpfs", 0, ("size=" + std::to_string(disk_bytes)).c_str()) != 0)
        return cannot_mount;
    Arena arena;
    if (!arena.open((folder + "/a.rec").c_str(), "", 1u << 20) || arena.path()[0] == '\0') return 1;
    if (arena.allocate(5, wire::ChunkKind::nodes, 1) != 0) return 2;
    std::uint32_t chunks = 0;
    while (arena.allocate(0, wire::ChunkKind::nodes, 1) != 0) ++chunks;
    if (chunks != (disk_bytes - wire::recording_header_bytes) / wire::page_bytes) return 3;
    const volatile std::byte* const base = arena.base();
    for (std::uint64_t at = 0; at < arena.committed(); at += wire::page_bytes) static_cast<void>(base[at]);
    return arena.committed() == disk_bytes ? 0 : 4;
}

}  // namespace

TEST_CASE("an arena's file is made exclusively and kept without a descriptor") {
    const std::string path = fresh_path();
    Arena arena;
    const int before = dup(0);
    close(before);
    REQUIRE(arena.open(path.c_str(), "", 1u << 20));
    const int after = dup(0);
    close(after);
    CHECK(before == after);
    CHECK(std::string{arena.path()} == path);
    Arena second;
    REQUIRE(second.open(path.c_str(), "", 1u << 20));  // falls back to memory
    CHECK(std::string{second.path()}.empty());
    unlink(path.c_str());
}

TEST_CASE("chunks never overlap, whatever threads take them") {
    Arena arena;
    REQUIRE(arena.open("", "", 4u << 20));
    std::vector<std::vector<std::uint32_t>> taken(4);
    std::vector<std::thread> threads;
    for (auto& mine : taken)
        threads.emplace_back([&arena, &mine] {
            for (int i = 0; i < 50; ++i) mine.push_back(arena.allocate(i % 3, wire::ChunkKind::nodes, 1));
        });
    for (auto& thread : threads) thread.join();
    std::set<std::uint32_t> pages;
    for (const auto& mine : taken)
        for (const std::uint32_t offset : mine) {
            REQUIRE(offset != 0);
            for (std::uint32_t p = 0; p < arena.chunk(offset)->bytes / wire::page_bytes; ++p)
                CHECK(pages.insert(offset / wire::page_bytes + p).second);
        }
}

TEST_CASE("a released chunk comes back empty") {
    Arena arena;
    REQUIRE(arena.open("", "", 1u << 20));
    const std::uint32_t offset = arena.allocate(0, wire::ChunkKind::nodes, 1);
    arena.node((offset + 32) / 32)->key = 42;
    arena.release(offset);
    CHECK(arena.allocate(0, wire::ChunkKind::nodes, 2) == offset);
    CHECK(arena.node((offset + 32) / 32)->key == 0);
    CHECK(arena.chunk(offset)->tree == 2);
}

TEST_CASE("records of any size fit until the cap, then there is none") {
    Arena arena;
    REQUIRE(arena.open("", "", 1u << 20));
    std::uint64_t bytes = 0;
    for (std::uint32_t size = 8;; size = size % 40'000 + 1000) {
        auto* record = static_cast<std::byte*>(arena.reserve_record(size / 8 * 8));
        if (record == nullptr) break;
        CHECK(reinterpret_cast<std::uintptr_t>(record) % 8 == 0);
        CHECK(*record == std::byte{0});
        bytes += size;
    }
    CHECK(bytes > (1u << 20) / 2);
}

TEST_CASE("a file size limit makes a smaller file and raises no signal") {
    const pid_t child = fork();
    if (child == 0) {
        const rlimit limit{200 << 10, 200 << 10};
        setrlimit(RLIMIT_FSIZE, &limit);
        Arena arena;
        const bool opened = arena.open(("/tmp/pyprof-limit-" + std::to_string(getpid())).c_str(), "", 4u << 20);
        const bool limited = opened && arena.mapped_bytes() <= (200u << 10) && arena.path()[0] != '\0';
        unlink(arena.path());
        _exit(limited ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    CHECK(status == 0);
}

TEST_CASE("a full disk leaves no page that cannot be read, and no room unused") {
    const std::string path = fresh_path();
    const std::string folder = path.substr(0, path.rfind('/'));
    const pid_t child = fork();
    if (child == 0) _exit(fill_disk(folder));
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    rmdir(folder.c_str());
    if (WIFEXITED(status) && WEXITSTATUS(status) == cannot_mount) {
        WARN("skipped, a small file system needs the right to mount");
        return;
    }
    CHECK(status == 0);
}
