#include "agent/capture/row_cache.h"

#include <algorithm>
#include <memory>
#include <thread>
#include <vector>

#include "tests/support/catch.h"

namespace pyprof::capture {

struct RowCacheInternals {
    // Puts the halves of two stores together, as two writers in the middle of each other would.
    static void tear(RowCache& cache, RowCache& other, std::uint64_t pc) {
        entry(cache, pc).row.store(entry(other, pc).row.load());
    }
    // What code of one block is stored in first. Codes of the same set have equal numbers but for the last two bits.
    static std::uint64_t number(std::uint64_t pc) { return (pc >> 6) * 0x9e3779b97f4a7c15 >> (64 - 13); }

private:
    static RowCache::Entry& entry(RowCache& cache, std::uint64_t pc) {
        return cache.sets_[number(pc) / 4].entries[number(pc) % 4];
    }
};

}  // namespace pyprof::capture

using namespace pyprof::capture;

namespace {

Row row_for(std::uint64_t pc) {
    return Row{RowKind::rsp, static_cast<std::int64_t>(pc % 4000), -2}.in(static_cast<std::uint32_t>(pc % 4095),
                                                                          pc % 100000);
}

void store(RowCache& cache, std::uint64_t pc, std::uint32_t generation) {
    cache.store(pc, generation, {row_for(pc), pc, pc + 1});
}

// Different pcs, some of one block of code, that are first stored in one entry of the cache.
std::vector<std::uint64_t> sharing_pcs(std::size_t wanted) {
    std::vector<std::uint64_t> pcs = {0x7f0000001000};
    for (std::uint64_t pc = pcs[0] + 1; pcs.size() < wanted; pc += 13)
        if (RowCacheInternals::number(pc) == RowCacheInternals::number(pcs[0])) pcs.push_back(pc);
    return pcs;
}

// Starts of different blocks whose rows stand in one set.
std::vector<std::uint64_t> blocks_of_a_set(std::size_t wanted) {
    std::vector<std::uint64_t> pcs = {0x7f0000001000};
    for (std::uint64_t pc = pcs[0] + 64; pcs.size() < wanted; pc += 64)
        if (RowCacheInternals::number(pc) / 4 == RowCacheInternals::number(pcs[0]) / 4) pcs.push_back(pc);
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
    store(*cache, 0x401000, 3);
    REQUIRE(cache->find(0x401000, 3, row));
    CHECK(row.bits() == row_for(0x401000).bits());
    CHECK_FALSE(cache->find(0x401000, 4, row));
    CHECK_FALSE(cache->find(0x401001, 3, row));
    CHECK_FALSE(cache->find(0x401000 | 1ULL << 58, 3, row));
}

TEST_CASE("a row is found for all the code in its block that it holds for, with the distance from the function") {
    const auto cache = std::make_unique<RowCache>();
    constexpr std::uint64_t function = 0x401000 - 700, pc = 0x401010;
    const auto row_at = [&](std::uint64_t at) { return Row{RowKind::rsp, 7, -2}.in(3, at - function); };
    const auto [begin, end] = GENERATE(std::pair{0x401004ULL, 0x401020ULL}, std::pair{0x400f00ULL, 0x401020ULL},
                                       std::pair{0x401004ULL, 0x402000ULL}, std::pair{0x401010ULL, 0x401011ULL});
    cache->store(pc, 1, {row_at(pc), begin, end});
    for (std::uint64_t at = 0x400f00; at < 0x401100; ++at) {
        const bool holds = at >= begin && at < end && at >> 6 == pc >> 6;
        Row row;
        CHECK(cache->find(at, 1, row) == holds);
        if (holds) CHECK(row.bits() == row_at(at).bits());
    }
}

TEST_CASE("what is found in a wide block says for which part of it, so that it can be stored in a small one") {
    const auto wide = std::make_unique<WideRows>();
    const auto narrow = std::make_unique<RowCache>();
    constexpr std::uint64_t function = 0x401040, begin = 0x401050, end = 0x402010, block_end = 0x401400;
    const auto row_at = [&](std::uint64_t at) { return Row{RowKind::rbp, 2, -2}.in(3, at - function); };
    wide->store(0x401099, 1, {row_at(0x401099), begin, end});
    for (std::uint64_t at = 0x401000; at < 0x401500; ++at) {
        RowPart part{};
        REQUIRE(wide->find(at, 1, part) == (at >= begin && at < block_end));
        if (at < begin || at >= block_end) continue;
        CHECK(part.row.bits() == row_at(at).bits());
        CHECK(part.begin == begin);
        CHECK(part.end == block_end);
        narrow->store(at, 1, part);
        Row row;
        REQUIRE(narrow->find(at, 1, row));
        CHECK(row.bits() == row_at(at).bits());
    }
}

TEST_CASE("a row that knows no function, or one too far away, stays so") {
    const auto cache = std::make_unique<RowCache>();
    const Row none = Row{RowKind::none, 0, Row::rbp_same}.in(3, 0);
    const Row far = Row{RowKind::rsp, 1, 0}.in(3, Row::max_function - 1);
    Row row;
    cache->store(0x401000, 1, {none, 0x401000, 0x401008});
    REQUIRE(cache->find(0x401004, 1, row));
    CHECK(row.bits() == none.bits());
    cache->store(0x401000, 1, {far, 0x401000, 0x401008});
    REQUIRE(cache->find(0x401000, 1, row));
    CHECK(row.function() == Row::max_function - 1);
    REQUIRE(cache->find(0x401004, 1, row));
    CHECK_FALSE(row.knows_function());
}

TEST_CASE("four blocks stand side by side in a set, whatever order they came in; a fifth takes the place of one") {
    const auto cache = std::make_unique<RowCache>();
    std::vector<std::uint64_t> pcs = blocks_of_a_set(GENERATE(4, 5));
    std::ranges::rotate(pcs, pcs.begin() + GENERATE(0, 1, 2, 3));
    for (const std::uint64_t pc : pcs) store(*cache, pc, 1);
    std::size_t found = 0;
    for (const std::uint64_t pc : pcs) {
        Row row;
        if (!cache->find(pc, 1, row)) continue;
        ++found;
        CHECK(row.bits() == row_for(pc).bits());
    }
    CHECK(found == 4);
    Row last;
    CHECK(cache->find(pcs.back(), 1, last));
}

TEST_CASE("parts of one block stand side by side, and a row stored again takes no further entry") {
    const auto cache = std::make_unique<RowCache>();
    constexpr std::uint64_t block = 0x401000;
    for (int times = 0; times < 3; ++times)
        for (std::uint64_t part = 0; part < 4; ++part)
            cache->store(block + 16 * part, 1, {row_for(part), block + 16 * part, block + 16 * part + 8});
    for (std::uint64_t part = 0; part < 4; ++part) {
        Row row;
        REQUIRE(cache->find(block + 16 * part, 1, row));
        CHECK(row.bits() == row_for(part).bits());
        CHECK_FALSE(cache->find(block + 16 * part + 8, 1, row));
    }
}

TEST_CASE("rows of an older generation give way") {
    const auto cache = std::make_unique<RowCache>();
    const std::vector<std::uint64_t> pcs = blocks_of_a_set(8);
    for (std::size_t i = 0; i < 8; ++i) store(*cache, pcs[i], i < 4 ? 1 : 2);
    for (std::size_t i = 0; i < 8; ++i) {
        Row row;
        CHECK(cache->find(pcs[i], i < 4 ? 1 : 2, row) == (i >= 4));
    }
}

TEST_CASE("an entry torn between two stores is not found") {
    const std::vector<std::uint64_t> pcs = sharing_pcs(200);
    for (std::size_t i = 0; i + 1 < pcs.size(); ++i) {
        const auto first = std::make_unique<RowCache>(), second = std::make_unique<RowCache>();
        store(*first, pcs[i], 1);
        store(*second, pcs[i + 1], 1);
        Row row;
        REQUIRE(first->find(pcs[i], 1, row));
        RowCacheInternals::tear(*first, *second, pcs[i]);
        CHECK_FALSE(first->find(pcs[i], 1, row));
        CHECK_FALSE(first->find(pcs[i + 1], 1, row));
    }
}

TEST_CASE("threads that store into one set never read another's row") {
    const auto cache = std::make_unique<RowCache>();
    const std::vector<std::uint64_t> pcs = blocks_of_a_set(9);
    std::atomic<unsigned> wrong{0}, found{0};
    auto hammer = [&](std::size_t own) {
        for (unsigned i = 0; i < 200000; ++i) {
            const std::uint64_t pc = pcs[(own + i) % pcs.size()];
            Row row;
            if (cache->find(pc, 1, row)) {
                ++found;
                if (row.bits() != row_for(pc).bits()) ++wrong;
            }
            store(*cache, pc, 1);
        }
    };
    std::thread other{hammer, 1};
    hammer(0);
    other.join();
    CHECK(wrong == 0);
}
