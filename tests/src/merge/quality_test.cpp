#include "merge/quality.h"

#include <cmath>

#include "tests/src/merge/stack_tree.h"
#include "tests/support/catch.h"

namespace pyprof::merge {
namespace {

using test_support::Library;
using test_support::StackTree;

gather::Process process(std::uint64_t cpu_ns) {
    gather::Process process;
    process.period_ns = 1'000'000;
    process.cpu_ns = cpu_ns;
    process.samples = 90;
    process.expiries = 95;
    process.losses.resize(wire::loss_slots);
    return process;
}

std::uint64_t lost(const profile::Quality& quality, const std::string& cause) {
    for (const profile::Loss& loss : quality.lost) {
        if (loss.cause == cause) return loss.count;
    }
    return 0;
}

TEST_CASE("processes add up, and the gap to their CPU time is a loss with a name") {
    gather::Tree tree;
    tree.processes = {process(100'000'000), process(100'000'000)};
    tree.processes[0].losses[static_cast<std::size_t>(wire::Loss::unwind_truncated)] = 3;
    tree.processes[1].losses[static_cast<std::size_t>(wire::Loss::unwind_guessed)] = 5;
    tree.processes[1].exact_stitches = 70;
    tree.processes[1].native_only = 20;
    tree.values = {{0, 0, 90, 95'000'000}, {0, 1, 90, 95'000'000}};
    const profile::Quality quality = quality_of(tree);
    CHECK(quality.samples == 190);
    CHECK(quality.signals == 180);
    CHECK(quality.expected == 200);
    CHECK(std::abs(quality.rate_delivered_hz - 900) < 1e-9);
    CHECK(std::abs(quality.cpu_covered - 0.95) < 1e-9);
    CHECK(lost(quality, "unsampled_cpu") == 10);
    CHECK(quality.unwind_truncated == 3);
    CHECK(quality.unwind_fallback == 5);
    CHECK(quality.unwind_complete == 172);
    CHECK(quality.merge_exact == 70);
    CHECK(quality.merge_none == 20);
}

TEST_CASE("a profile that covers everything has no gap") {
    gather::Tree tree;
    tree.processes = {process(95'000'000)};
    tree.values = {{0, 0, 90, 95'000'000}};
    const profile::Quality quality = quality_of(tree);
    CHECK(quality.lost.empty());
    CHECK(std::abs(quality.cpu_covered - 1) < 1e-9);
}

TEST_CASE("wall time is held against the lifetimes of threads, CPU time has none") {
    gather::Tree tree;
    tree.processes = {process(95'000'000), process(95'000'000)};
    tree.processes[0].thread_ns = 300'000'000;
    tree.processes[1].thread_ns = 100'000'000;
    tree.values = {{0, 0, 90, 95'000'000}, {0, 1, 7, 265'000'000}};
    CHECK(std::abs(quality_of(tree).wall_covered - 0.9) < 1e-9);
    tree.processes = {process(95'000'000)};
    CHECK(quality_of(tree).wall_covered == 0);
}

TEST_CASE("a process shorter than a period stands for those that have no sample") {
    gather::Tree tree;
    tree.processes = {process(300'000)};  // one of three or four that are like it
    tree.processes[0].samples = tree.processes[0].expiries = 1;
    tree.values = {{0, 0, 1, 1'000'000}};
    CHECK(std::abs(quality_of(tree).cpu_covered - 1) < 1e-9);
    tree.processes[0].expiries = 0;  // recorded for another reason
    tree.values.clear();
    CHECK(quality_of(tree).cpu_covered == 0);
}

TEST_CASE("a process without figures divides by nothing") {
    gather::Tree tree;
    tree.processes.resize(1);
    const profile::Quality quality = quality_of(tree);
    CHECK(quality.cpu_covered == 0);
    CHECK(quality.rate_delivered_hz == 0);
    CHECK(quality.handler_max_ns == 0);
}

TEST_CASE("every loss has a word of its own") {
    std::vector<std::string_view> words;
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(wire::Loss::count); i++) {
        const std::string_view word = name_of(static_cast<wire::Loss>(i));
        CHECK_FALSE(word.empty());
        CHECK(std::find(words.begin(), words.end(), word) == words.end());
        words.push_back(word);
    }
    CHECK(name_of(wire::Loss::stitch_inexact) == "stitch_inexact");
    CHECK(name_of(wire::Loss::slice_skipped) == "slice_skipped");
}

TEST_CASE("percentiles lie in the bucket of the run they stand for") {
    std::vector<std::uint64_t> histogram(wire::handler_buckets);
    histogram[40] = 90;  // 2^10 to 2^10.25 ns
    histogram[48] = 10;  // 2^12 to 2^12.25 ns
    CHECK(percentile(histogram, 0.5) >= 1024);
    CHECK(percentile(histogram, 0.5) < 1218);
    CHECK(percentile(histogram, 0.99) >= 4096);
    CHECK(percentile(histogram, 0.99) < 4871);
    CHECK(percentile(histogram, 1.0) == static_cast<std::uint64_t>(std::exp2(12.25)));
    CHECK(percentile({}, 0.5) == 0);
}

TEST_CASE("samples in code that nothing names are counted") {
    StackTree stacks;
    stacks.add({StackTree::python(0, 1)}, 100, 1);
    stacks.add({StackTree::function(Library::interpreter, "merge_at")}, 10, 1);
    stacks.add({StackTree::native(Library::mpi, 0x1234)}, 3, 1);
    profile::Profile profile;
    Tables tables{profile};
    Names names{stacks.tree(), {}, tables};
    profile::Quality quality;
    count_names(stacks.tree(), names, quality);
    CHECK(quality.native == 13);
    CHECK(quality.unresolved_native == 3);
}

}  // namespace
}  // namespace pyprof::merge
