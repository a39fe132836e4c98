#include "agent/mpi/message.h"

#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::mpi;

namespace {

Contribution some_contribution() {
    Contribution contribution;
    contribution.tree.contexts.emplace_back();
    contribution.tree.modules.push_back({"/usr/lib/libm.so.6", "abcd", 0, 0});
    contribution.recordings = {"node-1-2.rec.done", "", "node-3-4.rec"};
    return contribution;
}

}  // namespace

TEST_CASE("A contribution comes out of its message as it went in") {
    const auto read = read_message(write_message(some_contribution()));
    REQUIRE(read);
    CHECK(read->recordings == some_contribution().recordings);
    CHECK(read->tree.modules == some_contribution().tree.modules);
}

TEST_CASE("A message cut within its names gives nothing") {
    const auto whole = write_message(some_contribution());
    for (std::size_t size = 0; size < 45; ++size) {
        CAPTURE(size);
        CHECK_FALSE(read_message(whole.substr(0, size)));
    }
}

TEST_CASE("Counts and lengths larger than the message give nothing") {
    auto bytes = write_message(some_contribution());
    bytes.replace(0, 4, "\xff\xff\xff\xff");
    CHECK_FALSE(read_message(bytes));
    bytes = write_message(some_contribution());
    bytes.replace(4, 4, "\xff\xff\xff\x7f");
    CHECK_FALSE(read_message(bytes));
    CHECK_FALSE(read_message(""));
    CHECK_FALSE(read_message("garbage of some length"));
}
