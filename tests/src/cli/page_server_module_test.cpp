#include "cli/page_server_module.h"

#include "tests/support/catch.h"

using namespace pyprof::cli;

// That it loads where it is installed is end_to_end/test_view.py's.
TEST_CASE("A missing module is named, with another way to the page") {
    const auto server = open_server_of_module("page", 0);
    REQUIRE_FALSE(server);
    CHECK(server.error().message().find("pyprof-serve.so") != std::string::npos);
    CHECK(server.error().message().find("--html OUT") != std::string::npos);
}
