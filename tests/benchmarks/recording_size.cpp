// How large a recording gets (figures C7 and C8), on the call tree that handlers fill, in plain memory:
//
//   recording_size stacks [N]  N different stacks (10^6) of 30 frames with one sample each, under the default bound:
//                              the peak of recording and indexes, how many contexts fit, and that no weight is lost
//   recording_size hour        one thread, one hour at 199 Hz, 1 000 different stacks of 30 frames: the size after each
//                              quarter of an hour
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>

#include "agent/capture/call_tree.h"
#include "agent/capture/process_state.h"

using namespace pyprof;
using namespace pyprof::capture;

namespace {

constexpr std::uint32_t depth = 30;
constexpr double mebibyte = 1 << 20;

// A tree under a bound, as ensure_recording() divides it.
struct Recording {
    Arena arena;
    TreeBudget budget;
    CallTree tree;

    explicit Recording(std::uint64_t cap) {
        budget.index_cap = cap / 4;
        if (!arena.open("", "", cap - cap / 4)) std::abort();
        tree.start(arena, budget, 1, wire::node_key::make_special(1));
    }
    double committed() const { return static_cast<double>(arena.committed()); }
    double total() const { return committed() + static_cast<double>(budget.index_bytes.load()); }
};

// Frames near the root are shared by many stacks, those near the leaf by few: a tree of calls with two to choose from
// in each of the last 20 frames gives 2^20 stacks.
void make_stack(std::uint64_t number, MergedStack& stack) {
    stack.count = depth;
    for (std::uint32_t i = 0; i < depth; ++i) {
        const std::uint64_t choice = i < 20 ? number >> (19 - i) & 1 : 0;
        stack.keys[depth - 1 - i] = wire::node_key::make_native(0x400000 + i * 4096 + choice * 64, 1, true, false);
    }
}

std::uint64_t weight_in(const Recording& recording) {
    std::uint64_t weight = 0;
    for (std::uint64_t at = wire::recording_header_bytes; at < recording.arena.committed();) {
        const auto* const chunk = recording.arena.chunk(static_cast<std::uint32_t>(at));
        for (std::uint32_t used = sizeof *chunk; used + wire::node_bytes <= chunk->used; used += wire::node_bytes)
            weight += recording.arena.node(static_cast<std::uint32_t>((at + used) / wire::node_bytes))->expiries;
        at += chunk->bytes;
    }
    return weight;
}

void different_stacks(std::uint64_t count) {
    const auto recording = std::make_unique<Recording>(16u << 20);
    const auto stack = std::make_unique<MergedStack>();
    std::uint64_t whole = 0;
    for (std::uint64_t number = 0; number < count; ++number) {
        make_stack(number * 0x9e3779b97f4a7c15 >> 44, *stack);
        const CallTree::Leaf leaf = recording->tree.descend(*stack);
        recording->tree.charge(leaf.node, 1, 1);
        whole += leaf.complete;
    }
    std::printf("%llu stacks of %u frames: recording and indexes %.2f MiB, %.1f %% of the stacks whole, weight %llu\n",
                static_cast<unsigned long long>(count), depth, recording->total() / mebibyte,
                100.0 * static_cast<double>(whole) / static_cast<double>(count),
                static_cast<unsigned long long>(weight_in(*recording)));
}

void one_hour() {
    constexpr std::uint64_t samples = 199 * 3600;
    const auto recording = std::make_unique<Recording>(16u << 20);
    const auto stack = std::make_unique<MergedStack>();
    std::mt19937_64 random{1};
    for (std::uint64_t i = 1; i <= samples; ++i) {
        make_stack((random() % 1000) << 10, *stack);
        recording->tree.charge(recording->tree.descend(*stack).node, 1, 1);
        if (i % (samples / 4) == 0)
            std::printf("after %llu minutes: recording %.3f MiB, with indexes %.3f MiB, weight %llu\n",
                        static_cast<unsigned long long>(i * 60 / samples), recording->committed() / mebibyte,
                        recording->total() / mebibyte, static_cast<unsigned long long>(weight_in(*recording)));
    }
}

}  // namespace

int main(int argc, char** argv) {
    const char* const what = argc > 1 ? argv[1] : "";
    if (std::strcmp(what, "stacks") == 0)
        different_stacks(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1'000'000);
    else if (std::strcmp(what, "hour") == 0)
        one_hour();
    else
        return std::fprintf(stderr, "usage: recording_size stacks [N] | hour\n"), 2;
}
