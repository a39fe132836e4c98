#include "cli/browser.h"

#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::cli {
namespace {

Environment with(std::initializer_list<std::pair<const char*, const char*>> variables) {
    Environment environment;
    for (const auto& [name, value] : variables) environment.set(name, value);
    return environment;
}

TEST_CASE("A remote login is told how to forward the port") {
    CHECK(!forward_command({}, 8123, "me", "login03"));
    const Environment usual = with({{"SSH_CONNECTION", "10.0.0.7 50022 10.0.0.1 22"}});
    CHECK(forward_command(usual, 8123, "me", "login03") == "ssh -N -L 8123:127.0.0.1:8123 me@login03");
    const Environment other = with({{"SSH_CONNECTION", "10.0.0.7 50022 10.0.0.1 2222"}});
    CHECK(forward_command(other, 80, "me", "h") == "ssh -N -p 2222 -L 80:127.0.0.1:80 me@h");
}

TEST_CASE("No browser is opened without a display, or far from the person") {
    CHECK(!has_browser({}));
    CHECK(has_browser(with({{"DISPLAY", ":0"}})));
    CHECK(has_browser(with({{"WAYLAND_DISPLAY", "wayland-0"}})));
    CHECK(!has_browser(with({{"DISPLAY", ":10"}, {"SSH_CONNECTION", "a 1 b 22"}})));
}

TEST_CASE("The address goes by a file of this user alone, which is gone in the end") {
    namespace fs = std::filesystem;
    const test_support::TemporaryFolder folder;
    const Environment environment = with({{"XDG_RUNTIME_DIR", folder.path().c_str()}});
    {
        const Result<OpenedBrowser> opened = OpenedBrowser::open("http://127.0.0.1:1/x/", environment);
        REQUIRE(opened);
        const fs::path place = fs::directory_iterator { folder.path() } -> path();
        CHECK((fs::status(place).permissions() & fs::perms{0077}) == fs::perms::none);
        std::ifstream file{place / "pyprof.html"};
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        CHECK(text.find("url=http://127.0.0.1:1/x/\"") != std::string::npos);
    }
    CHECK(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace pyprof::cli
