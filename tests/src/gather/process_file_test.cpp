#include "gather/process_file.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof;
using gather::content_of_process;

TEST_CASE("only a file of this machine's process is read, and no link") {
    const test_support::TemporaryFolder folder;
    const std::string path = folder / "file", link = folder / "link";
    std::ofstream{path} << "content";
    std::filesystem::create_symlink(path, link);
    wire::RecordingHeader header{};
    gethostname(header.host, sizeof header.host - 1);
    CHECK(content_of_process(path, header, 100) == "content");
    CHECK(content_of_process(path, header, 3) == "con");
    CHECK(content_of_process(link, header, 100).empty());
    CHECK(content_of_process(folder / "", header, 100).empty());
    CHECK(content_of_process(folder / "absent", header, 100).empty());
    header.started_realtime_ns = 1ULL << 62;  // written long before
    CHECK(content_of_process(path, header, 100).empty());
    header.started_realtime_ns = 0;
    std::strcpy(header.host, "elsewhere.example");
    CHECK(content_of_process(path, header, 100).empty());
}
