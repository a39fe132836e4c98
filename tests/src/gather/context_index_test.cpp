#include "gather/context_index.h"

#include <map>
#include <random>

#include "tests/support/catch.h"

using namespace pyprof::gather;

TEST_CASE("the index finds what a map finds") {
    std::mt19937 random{5};
    std::vector<Context> contexts{Context{}};
    ContextIndex index;
    std::map<std::pair<std::uint32_t, Key>, std::uint32_t> twin;
    for (int i = 0; i < 50'000; ++i) {
        const auto parent = static_cast<std::uint32_t>(random() % std::min<std::size_t>(contexts.size(), 500));
        const Key key{static_cast<KeyKind>(1 + random() % 3), static_cast<std::uint32_t>(random() % 5), random() % 40,
                      static_cast<std::uint32_t>(random() % 2)};
        const auto expected =
            twin.try_emplace({parent, key}, static_cast<std::uint32_t>(contexts.size())).first->second;
        REQUIRE(index.find_or_add(contexts, parent, key) == expected);
        REQUIRE(contexts[expected].parent == parent);
        REQUIRE(contexts[expected].key == key);
    }
    CHECK(contexts.size() == twin.size() + 1);
}
