#include "cli/messages.h"

#include <cmath>

#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::cli;

namespace {

gather::Process process_of(int rank, std::uint64_t samples, std::uint64_t cpu_ns, std::uint64_t handler_ns) {
    gather::Process process;
    process.rank = rank;
    process.expiries = samples;
    process.cpu_ns = cpu_ns;
    process.handler_ns = handler_ns;
    return process;
}

}  // namespace

TEST_CASE("The figures of a run are sums over its processes") {
    gather::Tree tree;
    tree.contexts.emplace_back();
    tree.processes = {process_of(0, 10, 600, 3), process_of(1, 20, 300, 3), process_of(1, 5, 100, 4)};
    for (gather::Process& process : tree.processes) process.host = "host";
    tree.processes.emplace_back();  // stands for all ranks
    tree.values = {{0, 0, 1, 500}, {0, 1, 1, 490}};
    const auto figures = figures_of(tree);
    CHECK(figures.ranks == 2);
    CHECK(figures.processes == 3);
    CHECK(figures.samples == 35);
    CHECK(std::abs(figures.own_cost - 0.01) < 1e-12);
    CHECK(std::abs(figures.cpu_covered - 0.99) < 1e-12);
}

TEST_CASE("The line at the end names ranks, or processes, or neither") {
    CHECK(summary({2, 3, 3712004, 0.004, 0.99}) == "2 ranks, 3 712 004 samples, own cost 0.4 %, cpu covered 0.99");
    CHECK(summary({0, 3, 1, 0.0312, 1}) == "3 processes, 1 sample, own cost 3.1 %, cpu covered 1.00");
    CHECK(summary({0, 1, 999, 0, 1}) == "999 samples, own cost 0.0 %, cpu covered 1.00");
}

TEST_CASE("A word for a shell is quoted where it must be") {
    CHECK(shell_word("/a/b-1.pyprof") == "/a/b-1.pyprof");
    CHECK(shell_word("a b") == "'a b'");
    CHECK(shell_word("it's") == "'it'\\''s'");
    CHECK(shell_word("") == "''");
}
