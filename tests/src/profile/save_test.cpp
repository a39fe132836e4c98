#include "profile/save.h"

#include <sstream>

#include "profile/load.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::profile {
namespace {

std::string saved_bytes(const Profile& profile) {
    std::ostringstream out;
    save(profile, out);
    return out.str();
}

// A wide tree whose values are on every thread.
Profile wide_profile(std::uint32_t contexts, std::uint32_t threads) {
    test_support::ProfileBuilder make;
    const std::uint32_t process = make.process(0, 1, "node");
    for (std::uint32_t i = 0; i < threads; i++) make.thread(process, static_cast<std::int32_t>(i + 1), "", true);
    const std::uint32_t function = make.python("f", "app.py", 1);
    for (std::uint32_t i = 0; i < contexts; i++) {
        const std::uint32_t context = make.path(i / 2, {make.location(function, i + 1)});
        for (std::uint32_t thread = 0; thread < threads; thread++) make.add(context, thread, 1 + i % 300);
    }
    return make.build();
}

TEST_CASE("A table longer than a record comes back whole") {
    const Profile profile = wide_profile(70'000, 1);
    const std::string bytes = saved_bytes(profile);
    const Result<Loaded> loaded = load(std::as_bytes(std::span{bytes}));
    REQUIRE(loaded);
    CHECK(loaded->damage.empty());
    CHECK(loaded->profile == profile);
}

TEST_CASE("Counted calls come back, and a file without them is known to be cut") {
    const Profile profile = test_support::counted_profile();
    const std::string bytes = saved_bytes(profile);
    CHECK(load(std::as_bytes(std::span{bytes}))->profile == profile);
    for (const auto& change : {+[](Call& call) { call.context = 1'000'000; }, +[](Call& call) { call.thread = 99; },
                               +[](Call& call) { call.size_class = 65; }}) {
        Profile damaged = profile;
        change(damaged.calls[1]);
        const std::string wrong = saved_bytes(damaged);
        const Result<Loaded> loaded = load(std::as_bytes(std::span{wrong}));
        CHECK(!loaded->damage.empty());
        CHECK(loaded->profile.calls.size() == 1);
    }
}

TEST_CASE("Moments come back, and those that break a rule end the file") {
    Profile profile = test_support::sample_profile();
    profile.processes[0].moment_stride_ns = profile.processes[1].moment_stride_ns = 1000;
    std::uint32_t second = 0;
    while (profile.threads[second].process != 1) ++second;
    for (std::uint32_t i = 0; i < 70'000; ++i)
        profile.moments.push_back({i, i % static_cast<std::uint32_t>(profile.contexts.size()), 0});
    profile.moments.push_back({2, 1, second});
    profile.moments.push_back({0xFFFFFFF0, 0, second});
    const std::string bytes = saved_bytes(profile);
    CHECK(load(std::as_bytes(std::span{bytes}))->damage.empty());
    CHECK(load(std::as_bytes(std::span{bytes}))->profile == profile);
    for (const auto& change :
         {+[](Profile& p) { p.moments[5].context = 1'000'000; }, +[](Profile& p) { p.moments[5].thread = 99; },
          +[](Profile& p) { p.moments[5].time = 70'000; },
          +[](Profile& p) { p.moments[5].thread = p.moments.back().thread; },
          +[](Profile& p) { p.processes[0].moment_stride_ns = 0; }}) {
        Profile damaged = profile;
        change(damaged);
        const std::string wrong = saved_bytes(damaged);
        const Result<Loaded> loaded = load(std::as_bytes(std::span{wrong}));
        REQUIRE(loaded);
        CHECK_FALSE(loaded->damage.empty());
        CHECK(loaded->profile.moments.size() < 10);
    }
}

TEST_CASE("A context costs at most 64 bytes and a value of a rank at most 8") {
    const std::size_t one = saved_bytes(wide_profile(10'000, 1)).size();
    const std::size_t nine = saved_bytes(wide_profile(10'000, 9)).size();
    CHECK(one <= 10'000 * (64 + 8));
    CHECK(nine - one <= 10'000 * 8 * 8 + 8 * 64);
}

}  // namespace
}  // namespace pyprof::profile
