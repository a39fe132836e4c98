#include "profile/tree.h"

#include <random>

#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"

namespace pyprof::profile {
namespace {

// A random tree of 300 contexts over five functions.
Profile random_tree(std::uint32_t seed) {
    std::mt19937 random{seed};
    test_support::ProfileBuilder make;
    std::vector<std::uint32_t> functions;
    for (std::uint32_t i = 0; i < 5; i++) functions.push_back(make.python("f", "app.py", i + 1));
    std::vector<std::uint32_t> contexts{0};
    while (contexts.size() < 300) {
        const std::uint32_t parent = contexts[random() % contexts.size()];
        contexts.push_back(make.path(parent, {make.location(functions[random() % 5], random() % 3)}));
    }
    return make.build();
}

TEST_CASE("Outermost contexts are those without the same key among their callers") {
    const Profile profile = random_tree(GENERATE(1U, 2U, 3U));
    std::vector<std::uint32_t> keys(profile.contexts.size(), none);
    for (std::uint32_t i = 1; i < keys.size(); i++) {
        keys[i] = location_of(profile, i).line == 2 ? none : location_of(profile, i).function;
    }
    const std::vector<bool> fast = outermost(profile, keys);
    for (std::uint32_t i = 0; i < keys.size(); i++) {
        bool expected = keys[i] != none;
        if (i != 0) {
            for (std::uint32_t up = profile.contexts[i].parent; up != 0; up = profile.contexts[up].parent) {
                expected = expected && keys[up] != keys[i];
            }
        }
        CHECK(fast[i] == expected);
    }
}

TEST_CASE("Inclusive values are sums over everything below") {
    const Profile profile = random_tree(4);
    std::vector<std::uint64_t> exclusive(profile.contexts.size());
    for (std::size_t i = 0; i < exclusive.size(); i++) exclusive[i] = i * i;
    std::vector<std::uint64_t> expected(exclusive.size());
    for (std::uint32_t i = 0; i < exclusive.size(); i++) {
        expected[0] += i == 0 ? exclusive[0] : 0;
        for (const std::uint32_t above : path_to(profile, i)) expected[above] += exclusive[i];
        if (i != 0) expected[0] += exclusive[i];
    }
    CHECK(inclusive(profile, exclusive) == expected);
}

TEST_CASE("A tree of only its root can be walked") {
    const Profile profile = test_support::ProfileBuilder{}.build();
    CHECK(outermost(profile, std::vector<std::uint32_t>{none}) == std::vector<bool>{false});
    CHECK(inclusive(profile, {7}) == std::vector<std::uint64_t>{7});
}

}  // namespace
}  // namespace pyprof::profile
