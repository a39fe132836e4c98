// A recording of more than 1 MiB, cut at every border of a record or node and at random offsets: it opens, loses only
// what was after the cut, and says how much is missing.
#include <cstdlib>
#include <cstring>
#include <map>
#include <random>

#include "tests/support/catch.h"
#include "tests/support/recording_builder.h"
#include "wire/decoder.h"

using namespace pyprof;
using namespace pyprof::wire;
using test_support::RecordingBuilder;

namespace {

struct Built {
    std::vector<std::byte> bytes;
    std::vector<std::uint64_t> borders;
};

Built large_recording() {
    std::mt19937 random{7};
    RecordingBuilder builder;
    std::vector<std::vector<std::uint32_t>> nodes;
    for (int i = 0; i < 8; ++i) {
        const std::uint32_t thread = builder.thread(100 + i);
        nodes.push_back({builder.root(thread)});
    }
    for (int i = 0; i < 30'000; ++i) {
        if (i % 150 == 0)
            builder.code({"file" + std::to_string(i) + ".py", "name", "qual.name", i, std::string(99, 'x')});
        if (i % 1000 == 0) builder.module();
        const std::uint32_t thread = random() % 8;
        auto& own = nodes[thread];
        own.push_back(builder.node(thread + 1, own[random() % own.size()],
                                   node_key::make_native(random(), 1, true, false), 1 + random() % 5));
    }
    return {builder.bytes(), builder.borders()};
}

struct Counts {
    std::size_t nodes = 0, modules = 0, codes = 0, threads = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
};

// Found from the file's layout alone: the nodes and records that end at or before the cut.
class Expected {
public:
    explicit Expected(const Built& built, const Recording& whole) {
        for (const TreeNode& node : whole.nodes) ++ends_[(std::uint64_t{node.id} + 1) * node_bytes].nodes;
        for (const std::uint64_t border : built.borders) ends_.emplace(border, Counts{});
        std::size_t module = 0, code = 0;
        for (auto& [end, counts] : ends_) {
            if (counts.nodes != 0) continue;
            if (module < whole.modules.size() &&
                end == end_of(built, whole.modules[module].record.header.size, end, RecordKind::module)) {
                ++counts.modules;
                ++module;
            } else if (code < whole.codes.size() &&
                       end == end_of(built, whole.codes[code].record.header.size, end, RecordKind::code)) {
                ++counts.codes;
                ++code;
            } else {
                ++counts.threads;
            }
        }
    }
    Counts before(std::uint64_t cut) const {
        Counts sum;
        for (auto at = ends_.begin(); at != ends_.end() && at->first <= cut; ++at) {
            sum.nodes += at->second.nodes;
            sum.modules += at->second.modules;
            sum.codes += at->second.codes;
            sum.threads += at->second.threads;
        }
        return sum;
    }
    bool is_node_end(std::uint64_t border) const { return ends_.at(border).nodes != 0; }

private:
    // `end` if a record of this kind and size ends there, else 0.
    static std::uint64_t end_of(const Built& built, std::uint32_t size, std::uint64_t end, RecordKind kind) {
        RecordHeader header{};
        std::memcpy(&header, built.bytes.data() + end - size, sizeof header);
        return header.size == size && header.kind == kind ? end : 0;
    }
    std::map<std::uint64_t, Counts> ends_;
};

void check_cut(const Built& built, const Expected& expected, std::uint64_t cut) {
    INFO("cut at " << cut);
    const std::vector<std::byte> head(built.bytes.begin(), built.bytes.begin() + static_cast<std::ptrdiff_t>(cut));
    const auto recording = decode(head);
    if (cut < 16) {
        REQUIRE_FALSE(recording);
        return;
    }
    REQUIRE(recording);
    const Counts counts{recording->nodes.size(), recording->modules.size(), recording->codes.size(),
                        recording->threads.size()};
    REQUIRE(counts == expected.before(cut));
    const bool size_known = cut >= offsetof(RecordingHeader, committed_bytes) + 8;
    REQUIRE(recording->missing_bytes == (size_known ? built.bytes.size() : recording_header_bytes) - cut);
}

}  // namespace

TEST_CASE("a recording cut anywhere opens, loses only what was after the cut and says so") {
    const Built built = large_recording();
    REQUIRE(built.bytes.size() >= 1 << 20);
    const auto whole = decode(built.bytes);
    REQUIRE(whole);
    REQUIRE(whole->missing_bytes == 0);
    REQUIRE(whole->damaged_bytes == 0);
    const Expected expected{built, *whole};

    const bool full = std::getenv("PYPROF_FULL") != nullptr;
    std::mt19937_64 random{42};
    for (int i = 0; i < (full ? 10'000 : 500); ++i) check_cut(built, expected, random() % built.bytes.size());
    for (std::uint64_t cut = 0; cut < 64; ++cut) check_cut(built, expected, cut);
    // Every border of a record; those of nodes are 30 000 and alike, so one in fifty will do.
    std::size_t nodes = 0;
    for (const std::uint64_t border : built.borders)
        if (full || !expected.is_node_end(border) || nodes++ % 50 == 0) check_cut(built, expected, border);
}
