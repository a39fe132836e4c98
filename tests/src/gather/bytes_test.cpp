#include "gather/bytes.h"

#include <algorithm>
#include <cstring>

#include "base/crc32.h"
#include "gather/reduce.h"
#include "tests/support/catch.h"
#include "tests/support/random_tree.h"

using namespace pyprof;
using namespace pyprof::gather;
using namespace pyprof::test_support;

namespace {

Result<Tree> parse_text(const std::string& bytes) { return parse(std::as_bytes(std::span{bytes})); }

struct SectionAt {
    std::size_t content;
    std::size_t bytes;
};

// Where a section lies, by the page of the format.
SectionAt section_at(const std::string& bytes, std::uint32_t wanted) {
    for (std::size_t at = 16; at + 16 <= bytes.size();) {
        std::uint32_t id;
        std::uint64_t length;
        std::memcpy(&id, bytes.data() + at, 4);
        std::memcpy(&length, bytes.data() + at + 8, 8);
        if (id == wanted) return {at + 16, length};
        at += 16 + length;
    }
    return {0, 0};
}

std::uint64_t weight_of(const Tree& tree) {
    std::uint64_t sum = 0;
    for (const Value& value : tree.values) sum += value.weight_ns;
    return sum;
}

Tree some_tree(unsigned seed = 1, std::uint32_t contexts = 200) {
    std::mt19937 random{seed};
    Tree tree = random_tree(random, contexts);
    canonicalise(tree);
    return tree;
}

}  // namespace

TEST_CASE("a tree comes back from its bytes") {
    for (unsigned seed = 1; seed < 20; ++seed) {
        const Tree tree = some_tree(seed);
        const std::string bytes = serialise(tree);
        const auto back = parse_text(bytes);
        REQUIRE(back);
        CHECK(serialise(*back) == bytes);
        CHECK(meaning_of(*back) == meaning_of(tree));
        CHECK(back->notes == tree.notes);
    }
}

TEST_CASE("every member comes back") {
    Tree tree;
    Process process;
    process.rank = 1;
    process.rank_count = 2;
    process.pid = 3;
    process.parent_pid = -4;
    process.host = "h";
    process.job = "j";
    process.script = "s";
    process.executable = "e";
    process.working_directory = "w";
    process.command = {"a", "", "c"};
    process.python_version = 5;
    process.python_message = "m";
    process.state = wire::ProcessState::replaced_by_exec;
    process.clock = wire::Clock::wall;
    process.period_ns = 7;
    process.started_realtime_ns = 8;
    process.wall_ns = 9;
    process.cpu_ns = 10;
    process.max_rss_bytes = 11;
    process.run_delay_ns = 12;
    process.samples = 13;
    process.expiries = 14;
    process.exact_stitches = 15;
    process.native_only = 16;
    process.handler_ns = 17;
    process.handler_histogram = {0, 0, 18, 0};
    process.losses = {19, 0};
    process.slices = {1u << 20, {0, 0, 0, 20}};
    process.damaged_bytes = 21;
    process.thread_ns = 32;
    tree.processes = {process};
    tree.modules = {{"/m", "ab", 22, 23}};
    tree.codes = {{"f.py", "n", "q.n", -24}};
    tree.contexts = {Context{},
                     {0, {KeyKind::native, 0, 25, 3}},
                     {1, {KeyKind::python, 0, 26, 0}},
                     {0, {KeyKind::native, no_module, ~std::uint64_t{0}, 0}},
                     {3, {KeyKind::special, 0, 4, 0}}};
    tree.threads = {{0, 27, "t", 2, 28, true, 1, 29, 30, 31}};
    tree.values = {{0, 0, 1, 7}, {1, 0, 0, 3}, {2, 0, 5, 0}, {3, 0, ~std::uint64_t{0}, ~std::uint64_t{0}}};
    tree.notes = {"one", "two"};
    const auto back = parse_text(serialise(tree));
    REQUIRE(back);
    const Process& p = back->processes.at(0);
    CHECK((p.rank == 1 && p.rank_count == 2 && p.pid == 3 && p.parent_pid == -4));
    CHECK((p.host == "h" && p.job == "j" && p.script == "s" && p.executable == "e" && p.working_directory == "w"));
    CHECK(p.command == process.command);
    CHECK((p.python_version == 5 && p.python_message == "m"));
    CHECK((p.state == process.state && p.clock == process.clock));
    CHECK((p.period_ns == 7 && p.started_realtime_ns == 8 && p.wall_ns == 9 && p.cpu_ns == 10));
    CHECK((p.max_rss_bytes == 11 && p.run_delay_ns == 12 && p.samples == 13 && p.expiries == 14));
    CHECK((p.exact_stitches == 15 && p.native_only == 16 && p.handler_ns == 17 && p.damaged_bytes == 21));
    CHECK(p.thread_ns == 32);
    CHECK(p.handler_histogram == process.handler_histogram);
    CHECK(p.losses == process.losses);
    CHECK((p.slices.width_ns == 1u << 20 && p.slices.counts == process.slices.counts));
    CHECK(back->modules == tree.modules);
    CHECK(back->codes == tree.codes);
    REQUIRE(back->contexts.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(back->contexts[i].parent == tree.contexts[i].parent);
        CHECK(back->contexts[i].key == tree.contexts[i].key);
    }
    const Thread& t = back->threads.at(0);
    CHECK((t.process == 0 && t.tid == 27 && t.name == "t" && t.spawned_by == 2 && t.folded == 28 && t.is_python));
    CHECK((t.started_in == 1 && t.started_ns == 29 && t.ended_ns == 30 && t.cpu_ns == 31));
    REQUIRE(back->values.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(back->values[i].context == tree.values[i].context);
        CHECK(back->values[i].samples == tree.values[i].samples);
        CHECK(back->values[i].weight_ns == tree.values[i].weight_ns);
    }
    CHECK(back->notes == tree.notes);
}

TEST_CASE("what is no gathered tree is refused with the reason") {
    CHECK(parse_text("").error().message() == "it is cut within its first 16 bytes: nothing of it is left");
    CHECK(parse_text("some other kind of file").error().message() == "it is not a gathered profile");
    std::string bytes = serialise(some_tree());
    bytes[8] = 9;
    CHECK(parse_text(bytes).error().message() ==
          "it was written by a newer pyprof (gathered version 9; this pyprof reads up to 2): read it with that pyprof");
    bytes[8] = 0;
    CHECK(parse_text(bytes).error().message() == "its version is damaged (0)");
}

TEST_CASE("a file of the first version has no moments, and nothing is lost") {
    const Tree tree = some_tree();
    REQUIRE_FALSE(tree.moments.empty());
    std::string bytes = serialise(tree);
    CHECK(parse_text(bytes)->moments.size() == tree.moments.size());
    bytes[8] = 1;
    const auto back = parse_text(bytes);
    REQUIRE(back);
    CHECK(back->moments.empty());
    CHECK(back->notes == tree.notes);
}

TEST_CASE("a damaged section is left out, said, and takes no weight with it") {
    const Tree tree = some_tree();
    const std::string bytes = serialise(tree);
    const std::uint32_t id = GENERATE(1u, 2u, 3u, 4u, 5u, 7u);
    CAPTURE(id);
    std::string damaged = bytes;
    const SectionAt at = section_at(bytes, id);
    REQUIRE(at.bytes > 0);
    damaged[at.content + at.bytes / 2] ^= 0x10;
    const auto back = parse_text(damaged);
    REQUIRE(back);
    CHECK(weight_of(*back) == weight_of(tree));
    const char* names[] = {"", "processes", "modules", "codes", "contexts", "threads", "values", "notes"};
    CHECK(std::count(back->notes.begin(), back->notes.end(),
                     std::string{"a gathered profile is damaged: its "} + names[id] + " are lost") == 1);
    if (id == 1) CHECK(back->processes.size() == 1);
    if (id == 2) CHECK(back->modules.at(0).path == "(lost)");
    if (id == 3) CHECK(back->codes.at(0).qualname == "(lost)");
    if (id == 4) CHECK(back->contexts.size() == 1);
    if (id == 5) CHECK(back->threads.size() == 1);
}

TEST_CASE("lost values leave the rest") {
    std::string bytes = serialise(some_tree());
    bytes[section_at(bytes, 6).content + 3] ^= 1;
    const auto back = parse_text(bytes);
    REQUIRE(back);
    CHECK(back->values.empty());
    CHECK(back->contexts.size() > 100);
    CHECK(back->processes.size() > 1);
}

TEST_CASE("a file cut anywhere gives what was before the cut") {
    const std::string bytes = serialise(some_tree(2, 40));
    std::size_t notes_before = 10;  // sections but the end
    for (std::size_t cut = 16; cut < bytes.size(); ++cut) {
        const auto back = parse_text(bytes.substr(0, cut));
        REQUIRE(back);
        const auto lost =
            static_cast<std::size_t>(std::count_if(back->notes.begin(), back->notes.end(), [](const std::string& note) {
                return note.find("are lost") != std::string::npos;
            }));
        REQUIRE(lost <= notes_before);
        notes_before = lost;
    }
    CHECK(notes_before == 0);
}

TEST_CASE("content with the right checksum and wrong numbers is no better than damage") {
    const Tree tree = some_tree();
    const std::string bytes = serialise(tree);
    const std::vector<std::uint32_t> sections{1, 2, 3, 4, 5, 6, 7, 10};
    std::mt19937 random{77};
    for (int round = 0; round < 3000; ++round) {
        const auto id = sections[random() % sections.size()];
        const SectionAt at = section_at(bytes, id);
        std::string damaged = bytes;
        for (int i = 0; i < 3; ++i) damaged[at.content + random() % at.bytes] = static_cast<char>(random());
        const std::uint32_t crc = crc32(std::as_bytes(std::span{damaged}).subspan(at.content, at.bytes));
        std::memcpy(damaged.data() + at.content - 12, &crc, sizeof crc);
        const auto back = parse_text(damaged);
        REQUIRE(back);
        Tree again = *back;  // aborts if any promise of tree.h is broken
        canonicalise(again);
        REQUIRE(parse_text(serialise(again)));
    }
}

TEST_CASE("a context takes at most 64 bytes and a value at most 8") {
    std::mt19937 random{9};
    Tree tree = some_tree();
    tree.contexts = {Context{}};
    tree.values.clear();
    const auto threads = static_cast<std::uint32_t>(tree.threads.size());
    for (std::uint32_t i = 1; i <= 20'000; ++i) {
        const bool python = random() % 3 == 0;
        const Key key = python ? Key{KeyKind::python, static_cast<std::uint32_t>(random() % tree.codes.size()), i, 0}
                               : Key{KeyKind::native, static_cast<std::uint32_t>(random() % tree.modules.size()),
                                     random() % 100'000'000, key_flags::return_address};
        tree.contexts.push_back({static_cast<std::uint32_t>(random() % i), key});
    }
    const std::size_t without_values = serialise(tree).size();
    CHECK(without_values <= 64 * tree.contexts.size());
    for (std::uint32_t context = 1; context <= 20'000; ++context) {
        for (std::uint32_t thread = 0; thread < threads; ++thread) {
            const std::uint64_t samples = 1 + random() % 10'000;
            tree.values.push_back({context, thread, samples, (samples + random() % 50) * 5'000'000});
        }
    }
    CHECK(serialise(tree).size() - without_values <= 8 * tree.values.size());
}
