#include "symbols/debuginfod.h"

#include <cstdlib>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::symbols {
namespace {

// What a server that answers leads to is checked end to end, by test_debuginfod.py.
TEST_CASE("without a server, or one that answers, there is no debug file but a reason") {
    const test_support::TemporaryFolder cache;
    setenv("DEBUGINFOD_CACHE_PATH", std::string{cache.path()}.c_str(), 1);
    unsetenv("DEBUGINFOD_URLS");
    CHECK(fetch_debug_file("00112233445566778899").error().message().find("DEBUGINFOD_URLS") != std::string::npos);
    setenv("DEBUGINFOD_URLS", "http://127.0.0.1:9/", 1);  // the port of the discard service, which nobody offers
    const Result<std::string> none = fetch_debug_file("00112233445566778899");
    REQUIRE_FALSE(none);
    CHECK(none.error().message().starts_with("debuginfod: "));
    unsetenv("DEBUGINFOD_URLS");
    unsetenv("DEBUGINFOD_CACHE_PATH");
}

}  // namespace
}  // namespace pyprof::symbols
