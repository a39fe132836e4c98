#include "agent/mpi/rank_list.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof::mpi;
using pyprof::test_support::TemporaryFolder;

TEST_CASE("All have signed when each rank has") {
    const TemporaryFolder folder;
    for (const int rank : {2, 0, 1}) CHECK(sign_rank_list(folder.path(), rank) == 0);
    CHECK(have_all_signed(folder.path(), 0, 3));
    CHECK(have_all_signed(folder.path(), 0, 3));
}

TEST_CASE("A rank that signs after the question was asked changes nothing") {
    const TemporaryFolder folder;
    CHECK(sign_rank_list(folder.path(), 0) == 0);
    CHECK_FALSE(have_all_signed(folder.path(), 0, 2));
    CHECK(sign_rank_list(folder.path(), 1) == 0);
    CHECK_FALSE(have_all_signed(folder.path(), 0, 2));
}

TEST_CASE("Each program of a job has a turn of its own") {
    const TemporaryFolder folder;
    for (const Turn turn : {0, 1}) {
        for (const int rank : {0, 1}) CHECK(sign_rank_list(folder.path(), rank) == turn);
        CHECK(have_all_signed(folder.path(), turn, 2));
    }
    CHECK(sign_rank_list(folder.path(), 1) == 2);
    CHECK_FALSE(have_all_signed(folder.path(), 2, 2));
}

TEST_CASE("Without a folder nobody signs") {
    CHECK_FALSE(sign_rank_list("/no/such/folder", 0));
    CHECK_FALSE(have_all_signed("/no/such/folder", 0, 1));
}

TEST_CASE("Ranks that sign and ask at once agree") {
    constexpr int ranks = 8;
    const TemporaryFolder folder;
    std::vector<char> answers(ranks);
    std::vector<std::thread> threads;
    for (int rank = 0; rank < ranks; ++rank)
        threads.emplace_back([&, rank] {
            const auto turn = sign_rank_list(folder.path(), rank);
            answers[static_cast<std::size_t>(rank)] = turn && have_all_signed(folder.path(), *turn, ranks);
        });
    for (auto& thread : threads) thread.join();
    CHECK(std::ranges::count(answers, answers.front()) == ranks);
}
