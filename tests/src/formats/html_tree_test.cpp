#include "formats/html_tree.h"

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

using namespace pyprof;
using formats::page_tree;
using formats::PageTree;

namespace {

profile::Profile random_tree(unsigned seed) {
    std::mt19937 random{seed};
    profile::Profile profile;
    profile.contexts.resize(2 + random() % 60);
    for (std::uint32_t i = 1; i < profile.contexts.size(); ++i) {
        profile.contexts[i] = {static_cast<std::uint32_t>(random() % i), static_cast<std::uint32_t>(random() % 3)};
        for (std::uint32_t thread = 0; thread < 2; ++thread) {
            const std::uint64_t samples = random() % 5;
            if (samples > 0) profile.values.push_back({i, thread, samples, samples * 10});
        }
    }
    return profile;
}

// The frames of a context as text, root first.
std::string path_of(const std::vector<profile::Context>& contexts, std::uint32_t context) {
    std::string path;
    for (; context != 0; context = contexts[context].parent)
        path = "/" + std::to_string(contexts[context].location) + path;
    return path;
}

using Sums = std::map<std::pair<std::string, std::uint32_t>, std::pair<std::uint64_t, std::uint64_t>>;

Sums sums_of(const std::vector<profile::Context>& contexts, const std::vector<profile::Value>& values) {
    Sums sums;
    for (const profile::Value& value : values) {
        auto& [samples, weight] = sums[{path_of(contexts, value.context), value.thread}];
        samples += value.samples;
        weight += value.weight;
    }
    return sums;
}

std::uint64_t weight_of(const std::vector<profile::Value>& values) {
    std::uint64_t sum = 0;
    for (const profile::Value& value : values) sum += value.weight;
    return sum;
}

// In preorder a context's caller is the one before it or one of that one's callers.
bool is_preorder(const std::vector<profile::Context>& contexts) {
    std::vector<std::uint32_t> callers{0};
    for (std::uint32_t i = 1; i < contexts.size(); ++i) {
        while (!callers.empty() && callers.back() != contexts[i].parent) callers.pop_back();
        if (callers.empty()) return false;
        callers.push_back(i);
    }
    return true;
}

}  // namespace

TEST_CASE("a small tree goes into the page whole and in preorder") {
    for (unsigned seed = 0; seed < 200; ++seed) {
        const profile::Profile profile = random_tree(seed);
        const PageTree tree = page_tree(profile, 1000);
        CAPTURE(seed);
        CHECK(is_preorder(tree.contexts));
        CHECK(tree.contexts.size() == profile.contexts.size());
        CHECK(sums_of(tree.contexts, tree.values) == sums_of(profile.contexts, profile.values));
        CHECK(tree.pruned_contexts == 0);
    }
}

TEST_CASE("a large tree loses its lightest contexts but no weight") {
    for (unsigned seed = 0; seed < 200; ++seed) {
        const profile::Profile profile = random_tree(seed);
        const std::size_t most = 1 + seed % 20;
        const PageTree tree = page_tree(profile, most);
        CAPTURE(seed);
        CHECK(is_preorder(tree.contexts));
        CHECK(tree.contexts.size() == std::min(most, profile.contexts.size()));
        CHECK(tree.contexts.size() + tree.pruned_contexts == profile.contexts.size());
        CHECK(weight_of(tree.values) == weight_of(profile.values));
    }
}

TEST_CASE("the contexts kept are the heaviest") {
    profile::Profile profile;
    profile.contexts = {{}, {0, 0}, {0, 1}, {1, 2}, {2, 3}};
    profile.values = {{1, 0, 1, 10}, {2, 0, 1, 5}, {3, 0, 2, 20}, {4, 0, 1, 7}};
    const PageTree tree = page_tree(profile, 3);
    REQUIRE(tree.contexts.size() == 3);
    CHECK(path_of(tree.contexts, 1) == "/0");
    CHECK(path_of(tree.contexts, 2) == "/0/2");
    CHECK(tree.pruned_weight == 12);
    CHECK(tree.values.front() == profile::Value{0, 0, 2, 12});
}

TEST_CASE("values stay sorted and unique") {
    const profile::Profile profile = test_support::sample_profile();
    const PageTree tree = page_tree(profile, 50);
    for (std::size_t i = 1; i < tree.values.size(); ++i) {
        const auto& [a, b] = std::pair{tree.values[i - 1], tree.values[i]};
        CHECK(std::pair{a.context, a.thread} < std::pair{b.context, b.thread});
    }
}

TEST_CASE("a profile without contexts is a page with a root") { CHECK(page_tree({}, 10).contexts.size() == 1); }
