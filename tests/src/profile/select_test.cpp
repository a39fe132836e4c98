#include "profile/select.h"

#include <set>
#include <utility>

#include "profile/sums.h"
#include "profile/tree.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::profile {
namespace {

TEST_CASE("Hidden machinery leaves no frame behind, and contexts stay unique") {
    const Profile simple = without_machinery(test_support::sample_profile());
    std::set<std::pair<std::uint32_t, std::uint32_t>> seen;
    for (std::uint32_t i = 1; i < simple.contexts.size(); i++) {
        const Function& function = function_of(simple, i);
        CHECK_FALSE(function.machinery);
        CHECK(simple.contexts[i].parent < i);
        CHECK(seen.emplace(simple.contexts[i].parent, simple.contexts[i].location).second);
    }
}

TEST_CASE("A stack of machinery alone becomes the interpreter's") {
    test_support::ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(-1, 1, "here"), 1, "", true);
    const std::uint32_t start = make.native("Py_BytesMain", make.module("python3"));
    make.function(start).machinery = true;
    make.add(make.path(0, {make.location(start)}), thread, 3);
    make.add(0, thread, 2);
    const Profile simple = without_machinery(make.build());
    REQUIRE(simple.values.size() == 2);
    CHECK(simple.values[0].context == 0);
    CHECK(simple.values[0].samples == 2);
    CHECK(function_of(simple, simple.values[1].context).name == "(interpreter)");
}

TEST_CASE("Moments go with the values of their contexts and threads, and with their metric") {
    Profile profile = test_support::sample_profile();
    for (Process& process : profile.processes) process.moment_stride_ns = 1000;
    for (std::uint32_t thread = 0; thread < profile.threads.size(); thread++)
        for (const Value& value : profile.values)
            if (value.thread == thread) profile.moments.push_back({0, value.context, thread});
    for (const Profile& changed : {without_machinery(profile), with_workers_joined(profile),
                                   with_workers_apart(profile), only_rank(profile, 1)}) {
        std::set<std::pair<std::uint32_t, std::uint32_t>> of_values, of_moments;
        for (const Value& value : changed.values) of_values.emplace(value.context, value.thread);
        for (const Moment& moment : changed.moments) of_moments.emplace(moment.context, moment.thread);
        CHECK(of_moments == of_values);
        CHECK_FALSE(of_values.empty());
    }
    profile.measures.push_back({{"faults", "count"}, {}});
    CHECK(by_measure(profile, 0).moments.empty());
    CHECK(by_measure(profile, 0).processes[0].moment_stride_ns == 0);
}

TEST_CASE("A measure in the place of the time is what lists are about, and back again") {
    const Profile profile = test_support::measured_profile();
    const Profile cycles = by_measure(profile, 0);
    CHECK(cycles.metric.name == "PAPI_TOT_CYC");
    CHECK(sum_all(cycles).weight == sum_all(profile).measures[0]);
    CHECK(sum_all(cycles).measures.back() == sum_all(profile).weight);
    CHECK(by_measure(cycles, cycles.measures.size() - 1) == profile);
}

TEST_CASE("Measures follow their contexts and threads") {
    const Profile profile = test_support::measured_profile();
    CHECK(sum_all(without_machinery(profile)).measures == sum_all(profile).measures);
    CHECK(sum_all(only_rank(profile, -1)).measures == sum_all(profile).measures);
    CHECK(sum_all(only_rank(profile, 3)).measures == std::vector<std::uint64_t>{0, 0});
}

// <module> calls work(), which has a native thread of a pool work for it; that thread was started by start().
struct PoolProfile {
    test_support::ProfileBuilder make;
    std::uint32_t main = make.thread(make.process(-1, 1, "here"), 1, "", true);
    std::uint32_t pool = make.thread(0, 2, "", false);
    std::uint32_t module = make.path(0, {make.location(make.python("<module>", "a.py", 1), 9)});
    std::uint32_t start = make.path(module, {make.location(make.python("start", "a.py", 2), 3)});
    std::uint32_t work = make.path(module, {make.location(make.python("work", "a.py", 5), 6)});
    std::uint32_t loop_location = make.location(make.native("loop", make.module("libpool.so")));
    std::uint32_t workers_location = make.location(make.native(worker_threads_name, none));

    PoolProfile() {
        make.thread_at(pool).spawned_by = start;
        make.add(work, main, 1);
        make.add(make.path(work, {workers_location, loop_location}), pool, 10);
        make.add(make.path(0, {loop_location}), pool, 100);  // it works for nobody
    }
};

std::uint64_t samples_below(const Profile& profile, const std::string& function, const std::string& leaf) {
    std::uint64_t samples = 0;
    for (const Value& value : profile.values) {
        if (value.context == 0 || function_of(profile, value.context).name != leaf) continue;
        std::uint32_t at = profile.contexts[value.context].parent;
        while (at != 0 && function_of(profile, at).name != function) at = profile.contexts[at].parent;
        if (at != 0) samples += value.samples;
    }
    return samples;
}

TEST_CASE("Joined workers stand below the line that they work for, else below the one that started them") {
    const Profile joined = with_workers_joined(PoolProfile{}.make.build());
    CHECK(samples_below(joined, "work", "loop") == 10);
    CHECK(samples_below(joined, "start", "loop") == 100);
    CHECK(samples_below(joined, worker_threads_name, "loop") == 110);
    CHECK(with_workers_joined(joined).functions.size() == joined.functions.size());
    CHECK(sum_all(joined).samples == 111);
}

TEST_CASE("Workers apart stand below no line of Python") {
    const Profile apart = with_workers_apart(PoolProfile{}.make.build());
    CHECK(samples_below(apart, "<module>", "loop") == 0);
    for (std::uint32_t i = 1; i < apart.contexts.size(); i++) CHECK(function_of(apart, i).name != worker_threads_name);
    CHECK(samples_below(apart, "<module>", "work") == 1);
    CHECK(sum_all(apart).samples == 111);
    for (std::uint32_t i = 1; i < apart.contexts.size(); i++) CHECK(apart.contexts[i].parent < i);
    for (const Value& value : apart.values)
        if (value.context != 0 && function_of(apart, value.context).name == "loop")
            CHECK(apart.contexts[value.context].parent == 0);
}

TEST_CASE("One rank keeps its own processes, threads and values") {
    const Profile whole = test_support::sample_profile();
    const Profile one = only_rank(whole, 1);
    CHECK(one.processes.size() == 2);
    CHECK(one.threads.size() == 3);
    for (const Thread& thread : one.threads) CHECK(one.processes[thread.process].rank == 1);
    CHECK(sum_all(one).samples + sum_all(only_rank(whole, 0)).samples == sum_all(whole).samples);
    CHECK(only_rank(whole, 7).values.empty());
}

}  // namespace
}  // namespace pyprof::profile
