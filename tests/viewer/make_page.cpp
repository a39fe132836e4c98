// Writes pages for the tests in a browser: `make_page sample OUT` the profile made by hand, `make_page CONTEXTS OUT` a
// random one of that many contexts; `make_page CONTEXTS OUT RANKS` of that many ranks, which all spend time in some
// hundred contexts, call MPI in ten, and have time slices.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "formats/html.h"
#include "tests/support/sample_profile.h"

using namespace pyprof;

namespace {

constexpr std::uint32_t function_count = 20'000, file_count = 400, few_ranks = 4, deepest = 90;
constexpr std::uint32_t shared_contexts = 500, calling_contexts = 10;

std::vector<profile::Function> many_functions() {
    const std::vector<std::string> packages{"numpy", "scipy.sparse", "solver", "mpi4py", "pandas.core", "mesh"};
    std::vector<profile::Function> functions(function_count);
    for (std::uint32_t i = 0; i < function_count; ++i) {
        profile::Function& function = functions[i];
        const std::string number = std::to_string(i);
        function.domain = i % 7 == 3   ? profile::Domain::mpi
                          : i % 2 == 0 ? profile::Domain::python
                                       : profile::Domain::native;
        function.name = packages[i % packages.size()] + ".apply_operator_" + number;
        function.first_line = 1 + i % 900;
        if (function.domain == profile::Domain::python) {
            function.file = "/usr/lib/python3/dist-packages/part" + std::to_string(i % file_count) + ".py";
        } else {
            function.module = i % 3;
        }
    }
    return functions;
}

struct Pending {
    std::uint32_t context = 0, depth = 0, descendants = 0;
};

// Splits what is left below a context unevenly between its callees, so that stacks are deep and a few paths are heavy.
void grow(std::vector<profile::Context>& contexts, std::uint32_t count, std::uint32_t location_count,
          std::mt19937& random) {
    std::vector<Pending> pending{{0, 0, count - 1}};
    while (!pending.empty()) {
        const Pending caller = pending.back();
        pending.pop_back();
        if (caller.descendants == 0) continue;
        const std::uint32_t callees = std::min<std::uint32_t>(
            caller.descendants, 1 + static_cast<std::uint32_t>(random() % (caller.depth < 6 ? 2U : 5U)));
        std::uint32_t left = caller.descendants - callees;
        for (std::uint32_t i = 0; i < callees; ++i) {
            const bool last = i + 1 == callees;
            const bool deep = caller.depth + 2 < deepest;
            const std::uint32_t share =
                last ? left : static_cast<std::uint32_t>(std::uint64_t{left} * (random() % 100) / 100);
            left -= share;
            contexts.push_back({caller.context, static_cast<std::uint32_t>(random() % location_count)});
            const auto context = static_cast<std::uint32_t>(contexts.size() - 1);
            pending.push_back({deep ? context : 0, deep ? caller.depth + 1 : 0, share});
        }
    }
}

// A value of every rank in some contexts; the last ranks take longer.
void add_shared_values(profile::Profile& profile, std::uint32_t rank_count, std::mt19937& random) {
    const std::size_t step = std::max<std::size_t>(1, profile.contexts.size() / shared_contexts);
    for (std::size_t i = 1; i < profile.contexts.size(); i += step) {
        for (std::uint32_t rank = 0; rank < rank_count; ++rank) {
            const std::uint64_t samples = 20 + random() % 10 + (i % 7 == 0 ? 30 * rank / rank_count : 0);
            profile.values.push_back({static_cast<std::uint32_t>(i), rank, samples, samples * profile.run.period_ns});
        }
    }
}

void add_calls(profile::Profile& profile, std::uint32_t rank_count, std::mt19937& random) {
    for (std::uint32_t i = 1; i <= calling_contexts; ++i) {
        for (std::uint32_t rank = 0; rank < rank_count; ++rank) {
            profile::Call call{.context = i, .thread = rank, .name = "MPI_Allreduce"};
            call.kind = profile::CallKind::collective;
            call.count = 100;
            call.bytes = 6400;
            call.shortest_ns = 5000;
            call.time_ns = 1'000'000 + random() % 5'000'000;
            call.longest_ns = call.time_ns / 10;
            profile.calls.push_back(call);
        }
    }
}

// As many as an agent keeps. Half of each period of 32 slices is compiled code, then MPI, later on the last ranks.
void add_slices(profile::Profile& profile) {
    constexpr std::uint32_t slice_count = 512, steps = 32, samples = 20;
    for (profile::Process& process : profile.processes) {
        process.slice_width_ns = 1 << 27;
        const std::uint32_t late = static_cast<std::uint32_t>(process.rank) % (steps / 2);
        for (std::uint32_t i = 0; i < slice_count; ++i) {
            const bool in_mpi = (i + steps - late) % steps >= steps / 2;
            process.slices.insert(process.slices.end(), {1U, in_mpi ? 0 : samples, in_mpi ? samples : 0, 0U});
        }
    }
}

profile::Profile random_profile(std::uint32_t context_count, std::uint32_t rank_count) {
    std::mt19937 random{20261};
    profile::Profile profile = test_support::small_profile();
    profile.run.ranks = rank_count;
    profile.modules = {{"/usr/lib/libblas.so.3", "", "", ""},
                       {"/usr/lib/libmpi.so.40", "", "", ""},
                       {"/usr/lib/libc.so.6", "", "", ""}};
    profile.functions = many_functions();
    profile.locations.resize(2 * function_count);
    for (std::uint32_t i = 0; i < 2 * function_count; ++i) profile.locations[i] = {i / 2, 1 + i % 97, false, false};
    profile.processes.assign(rank_count, profile.processes.at(0));
    profile.threads.assign(rank_count, profile.threads.at(0));
    for (std::uint32_t rank = 0; rank < rank_count; ++rank) {
        profile.processes[rank].rank = static_cast<std::int32_t>(rank);
        profile.threads[rank].process = rank;
    }
    profile.contexts.assign(1, {});
    profile.values.clear();
    grow(profile.contexts, context_count, static_cast<std::uint32_t>(profile.locations.size()), random);
    if (rank_count != few_ranks) {
        add_shared_values(profile, rank_count, random);
        add_calls(profile, rank_count, random);
        add_slices(profile);
        return profile;
    }
    for (std::uint32_t i = 1; i < profile.contexts.size(); ++i) {
        const std::uint64_t samples = random() % 10 < 3 ? 1 + random() % 20 : 1;
        profile.values.push_back(
            {i, static_cast<std::uint32_t>(random() % rank_count), samples, samples * profile.run.period_ns});
    }
    return profile;
}

std::uint32_t number(const char* text) { return static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10)); }

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 && argc != 4) return 2;
    const bool by_hand = std::string{argv[1]} == "sample";
    const std::uint32_t ranks = argc == 4 ? number(argv[3]) : few_ranks;
    const Status written = formats::write_html(
        by_hand ? test_support::counted_profile() : random_profile(number(argv[1]), ranks), {}, argv[2]);
    if (!written) std::fprintf(stderr, "%s\n", written.error().message().c_str());
    return written ? 0 : 1;
}
