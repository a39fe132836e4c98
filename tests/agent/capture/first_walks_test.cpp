#include "agent/capture/first_walks.h"

#include <memory>

#include "tests/support/catch.h"

using namespace pyprof::capture;

namespace {

struct Walks {
    FirstWalks walks;
    std::unique_ptr<PythonStack> stack = std::make_unique<PythonStack>();

    bool take(PythonWalk result, std::uint32_t frames) {
        stack->result = result;
        stack->count = frames;
        return walks.have_failed(*stack);
    }
    // How often failure was said in so many walks.
    int take(PythonWalk result, std::uint32_t frames, std::uint32_t times) {
        int said = 0;
        for (std::uint32_t i = 0; i < times; ++i) said += take(result, frames) ? 1 : 0;
        return said;
    }
};

}  // namespace

TEST_CASE("an interpreter none of whose stacks can be read has failed, which is said once") {
    Walks walks;
    CHECK(walks.take(PythonWalk::unreadable, 0, FirstWalks::limit - 1) == 0);
    CHECK(walks.take(PythonWalk::unreadable, 1));
    CHECK(walks.take(PythonWalk::unreadable, 0, 1000) == 0);
}

TEST_CASE("one stack that was read whole is enough") {
    Walks walks;
    CHECK(walks.take(PythonWalk::unreadable, 0, FirstWalks::limit - 1) == 0);
    CHECK_FALSE(walks.take(PythonWalk::complete, 3));
    CHECK(walks.take(PythonWalk::unreadable, 0, 1000) == 0);
}

TEST_CASE("threads without Python and stacks without frames say nothing") {
    Walks walks;
    CHECK(walks.take(PythonWalk::none, 0, 1000) == 0);
    CHECK(walks.take(PythonWalk::complete, 0, 1000) == 0);
    CHECK(walks.take(PythonWalk::unreadable, 0, FirstWalks::limit) == 1);
}
