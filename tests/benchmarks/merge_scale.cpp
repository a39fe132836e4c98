// What it costs to put many ranks together, by ranks that never ran (tests/support/synthetic_ranks.h).
//
//   merge_scale FILE RANKS CONTEXTS           the binomial merge of MPI_Finalize, one rank after the other: JSON
//   merge_scale FILE RANKS CONTEXTS FOLDER    one gathered file for each rank, for `pyprof merge`
//
// FILE is a recording or a gathered file of one process. A time is CPU time of one thread; `critical_s` is when the
// root would be done if each rank had a processor and messages took no time.
#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <span>
#include <string>
#include <sys/resource.h>
#include <time.h>
#include <vector>

#include "gather/bytes.h"
#include "gather/files.h"
#include "gather/fold.h"
#include "gather/reduce.h"
#include "tests/support/synthetic_ranks.h"

namespace {

using namespace pyprof;

double cpu_s() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Level {
    std::uint64_t messages = 0, bytes = 0, largest = 0;
};

struct Sum {
    std::string bytes;
    double ready_s = 0;
};

class BinomialMerge {
public:
    BinomialMerge(const test_support::SyntheticRanks& ranks, std::int32_t count) : ranks_{ranks}, count_{count} {}

    // The sum of a rank and of those that send to it, as that rank would have it.
    gather::Tree sum(std::int32_t rank, double& ready_s) {
        gather::Reducer reducer;
        gather::Tree own = ranks_.of(rank, count_);
        charge(ready_s, [&] { gather::fold_for_ranks(own); });
        charge(ready_s, [&] { reducer.absorb(std::move(own)); });
        for (std::int32_t step = 1; step < count_ && (rank & step) == 0 && rank + step < count_; step *= 2) {
            const Sum child = send(rank + step, step);
            ready_s = std::max(ready_s, child.ready_s);
            charge(ready_s, [&] { reducer.absorb(*gather::parse(std::as_bytes(std::span{child.bytes}))); });
        }
        gather::Tree tree;
        charge(ready_s, [&] { tree = reducer.finish(); });
        return tree;
    }

    const std::vector<Level>& levels() const { return levels_; }
    double spent_s() const { return spent_s_; }

private:
    Sum send(std::int32_t rank, std::int32_t step) {
        Sum message;
        const gather::Tree tree = sum(rank, message.ready_s);
        charge(message.ready_s, [&] { message.bytes = gather::serialise(tree); });
        const auto number = static_cast<std::size_t>(std::countr_zero(static_cast<std::uint32_t>(step)));
        if (levels_.size() <= number) levels_.resize(number + 1);
        Level& level = levels_[number];
        ++level.messages;
        level.bytes += message.bytes.size();
        level.largest = std::max<std::uint64_t>(level.largest, message.bytes.size());
        return message;
    }
    template <class Work>
    void charge(double& ready_s, Work work) {
        const double begin = cpu_s();
        work();
        const double spent = cpu_s() - begin;
        ready_s += spent;
        spent_s_ += spent;
    }

    const test_support::SyntheticRanks& ranks_;
    std::int32_t count_;
    std::vector<Level> levels_;
    double spent_s_ = 0;
};

double peak_mib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

int merge(const test_support::SyntheticRanks& ranks, std::int32_t count) {
    BinomialMerge merge{ranks, count};
    double critical_s = 0;
    const gather::Tree tree = merge.sum(0, critical_s);
    const std::size_t bytes = gather::serialise(tree).size();
    std::printf(
        "{\"ranks\": %d, \"contexts_of_a_rank\": %zu, \"contexts\": %zu, \"values\": %zu, \"cpu_s\": %.3f, "
        "\"critical_s\": %.3f, \"peak_mib\": %.0f, \"bytes\": %zu, \"levels\": [",
        count, ranks.expected_contexts(), tree.contexts.size(), tree.values.size(), merge.spent_s(), critical_s,
        peak_mib(), bytes);
    const char* comma = "";
    for (const Level& level : merge.levels()) {
        std::printf("%s{\"messages\": %llu, \"bytes\": %llu, \"largest\": %llu}", comma,
                    static_cast<unsigned long long>(level.messages), static_cast<unsigned long long>(level.bytes),
                    static_cast<unsigned long long>(level.largest));
        comma = ", ";
    }
    std::puts("]}");
    return 0;
}

int write_files(const test_support::SyntheticRanks& ranks, std::int32_t count, const std::string& folder) {
    for (std::int32_t rank = 0; rank < count; ++rank) {
        gather::Tree tree = ranks.of(rank, count);
        gather::fold_for_ranks(tree);
        const std::string bytes = gather::serialise(tree);
        std::ofstream file{folder + "/rank-" + std::to_string(rank) + ".gath", std::ios::binary};
        if (file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).flush()) continue;
        std::fprintf(stderr, "cannot write to %s\n", folder.c_str());
        return 1;
    }
    return 0;
}

}  // namespace

int main(int count, char** words) {
    if (count != 4 && count != 5) {
        std::fprintf(stderr, "usage: merge_scale FILE RANKS CONTEXTS [FOLDER]\n");
        return 2;
    }
    const Result<gather::Tree> measured = gather::gather_file(words[1]);
    if (!measured || measured->processes.empty() || measured->values.empty()) {
        std::fprintf(stderr, "%s has no samples of a process\n", words[1]);
        return 1;
    }
    const test_support::SyntheticRanks ranks{*measured, static_cast<std::uint32_t>(std::atoi(words[3]))};
    const int rank_count = std::atoi(words[2]);
    return count == 5 ? write_files(ranks, rank_count, words[4]) : merge(ranks, rank_count);
}
