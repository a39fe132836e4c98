#include "sources/archive.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/zip_file.h"

namespace pyprof::sources {
namespace {

constexpr std::size_t most = 1 << 20;

std::string bytes_of(const std::string& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
}

struct Archive {
    test_support::TemporaryFolder folder;
    std::string path = folder / "app.zip";
    Archive() {
        test_support::write_zip(path, {{"pkg/mod.py", "def f():\n    pass\n"}, {"__main__.py", "stored\n", false}});
    }
};

TEST_CASE("Members of an archive are read, compressed or not") {
    const Archive archive;
    CHECK(read_from_archive(archive.path + "/pkg/mod.py", most) == "def f():\n    pass\n");
    CHECK(read_from_archive(archive.path + "/__main__.py", most) == "stored\n");
}

TEST_CASE("An archive may begin with a line for the kernel") {
    const Archive archive;
    const std::string zipapp = archive.folder / "app.pyz";
    std::ofstream{zipapp, std::ios::binary} << "#!/usr/bin/env python3\n" << bytes_of(archive.path);
    CHECK(read_from_archive(zipapp + "/__main__.py", most) == "stored\n");
}

TEST_CASE("What is no member has no text") {
    const Archive archive;
    CHECK_FALSE(read_from_archive(archive.path + "/pkg/absent.py", most));
    CHECK_FALSE(read_from_archive(archive.path + "/PKG/MOD.py", most));
    CHECK_FALSE(read_from_archive(archive.path, most));
    CHECK_FALSE(read_from_archive(archive.folder / "absent.zip/mod.py", most));
    CHECK_FALSE(read_from_archive("/dev/null/mod.py", most));
    CHECK_FALSE(read_from_archive("no folder at all", most));
    CHECK_FALSE(read_from_archive(archive.path + "/pkg/mod.py", 5));
}

TEST_CASE("Damaged archives do no harm, and give the text or nothing") {
    const Archive archive;
    const std::string whole = bytes_of(archive.path), damaged = archive.folder / "damaged.zip";
    std::mt19937 random{5};
    for (int round = 0; round < 500; ++round) {
        std::string bytes = whole;
        for (int flips = 0; flips < 3; ++flips) bytes[random() % bytes.size()] = static_cast<char>(random());
        if (round % 3 == 0) bytes.resize(random() % bytes.size());
        std::ofstream{damaged, std::ios::binary} << bytes;
        const auto text = read_from_archive(damaged + "/pkg/mod.py", most);
        if (text) CHECK(text->size() <= most);
    }
}

}  // namespace
}  // namespace pyprof::sources
