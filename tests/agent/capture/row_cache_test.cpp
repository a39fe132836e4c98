#include "agent/capture/row_cache.h"

#include <memory>
#include <thread>
#include <vector>

#include "tests/support/catch.h"

namespace pyprof::capture {

struct RowCacheInternals {
    // Puts the halves of two stores together, as two writers in the middle of each other would.
    static void tear(RowCache& cache, std::uint64_t pc, RowCache& other) {
        const std::uint64_t index = pc * 0x9e3779b97f4a7c15 >> (64 - RowCache::index_bits);
        cache.entries_[index].row.store(other.entries_[index].row.load());
    }
    static std::uint64_t index(std::uint64_t pc) { return pc * 0x9e3779b97f4a7c15 >> (64 - RowCache::index_bits); }
};

}  // namespace pyprof::capture

using namespace pyprof::capture;

namespace {

Row row_for(std::uint64_t pc) {
    return Row{RowKind::rsp, static_cast<std::int64_t>(pc % 4000), -2}.in(static_cast<std::uint32_t>(pc % 4095),
                                                                          pc % 100000);
}

// Different pcs that share an entry of the cache.
std::vector<std::uint64_t> sharing_pcs(std::size_t wanted) {
    std::vector<std::uint64_t> pcs = {0x7f0000001000};
    for (std::uint64_t pc = pcs[0] + 1; pcs.size() < wanted; ++pc)
        if (RowCacheInternals::index(pc) == RowCacheInternals::index(pcs[0])) pcs.push_back(pc);
    return pcs;
}

}  // namespace

TEST_CASE("a row keeps its fields, with their signs and limits") {
    const Row row = Row{RowKind::rbp, -Row::max_cfa_words, -Row::max_rbp_words}.in(4095, 77);
    CHECK(row.kind() == RowKind::rbp);
    CHECK(row.cfa_field() == -Row::max_cfa_words);
    CHECK(row.rbp_field() == -Row::max_rbp_words);
    CHECK(row.module() == 4095);
    CHECK(row.function() == 77);
    CHECK(Row{RowKind::rsp, 4095, Row::rbp_same}.rbp_field() == Row::rbp_same);
    CHECK_FALSE(row.in(1, 1ULL << 30).knows_function());
    CHECK(row.in(1, 1).knows_function());
}

TEST_CASE("what is stored is found, under its pc and generation only") {
    const auto cache = std::make_unique<RowCache>();
    Row row;
    CHECK_FALSE(cache->find(0x401000, 0, row));
    cache->store(0x401000, 3, row_for(0x401000));
    REQUIRE(cache->find(0x401000, 3, row));
    CHECK(row.bits() == row_for(0x401000).bits());
    CHECK_FALSE(cache->find(0x401000, 4, row));
    CHECK_FALSE(cache->find(0x401001, 3, row));
}

TEST_CASE("an entry torn between two stores is not found") {
    const auto first = std::make_unique<RowCache>(), second = std::make_unique<RowCache>();
    const std::vector<std::uint64_t> pcs = sharing_pcs(200);
    for (std::size_t i = 0; i + 1 < pcs.size(); ++i) {
        first->store(pcs[i], 1, row_for(pcs[i]));
        second->store(pcs[i + 1], 1, row_for(pcs[i + 1]));
        RowCacheInternals::tear(*first, pcs[i], *second);
        Row row;
        CHECK_FALSE(first->find(pcs[i], 1, row));
        CHECK_FALSE(first->find(pcs[i + 1], 1, row));
    }
}

TEST_CASE("threads that store into one entry never read another's row") {
    const auto cache = std::make_unique<RowCache>();
    const std::vector<std::uint64_t> pcs = sharing_pcs(4);
    std::atomic<unsigned> wrong{0}, found{0};
    auto hammer = [&](std::size_t own) {
        for (unsigned i = 0; i < 200000; ++i) {
            const std::uint64_t pc = pcs[(own + i) % pcs.size()];
            Row row;
            if (cache->find(pc, 1, row)) {
                ++found;
                if (row.bits() != row_for(pc).bits()) ++wrong;
            }
            cache->store(pc, 1, row_for(pc));
        }
    };
    std::thread other{hammer, 1};
    hammer(0);
    other.join();
    CHECK(wrong == 0);
}
