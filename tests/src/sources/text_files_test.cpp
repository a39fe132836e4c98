#include "sources/text_files.h"

#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/zip_file.h"

namespace pyprof::sources {
namespace {

TEST_CASE("Lines end with a line end of either kind, or with the text") {
    CHECK(lines_of_text("a\r\n\nb") == Lines{"a", "", "b"});
    CHECK(lines_of_text("a\n") == Lines{"a"});
    CHECK(lines_of_text("").empty());
}

TEST_CASE("Lines are read from files, archives and notebooks") {
    const test_support::TemporaryFolder folder;
    std::ofstream{folder / "a.py"} << "of a file\n";
    test_support::write_zip(folder / "a.egg", {{"m.py", "of an archive\n"}});
    std::ofstream{folder / "a.ipynb"} << R"({"cells": [{"cell_type": "code", "source": "\nof a cell\n"}]})";
    TextFiles files;
    CHECK(files.lines_of(folder / "a.py") == Lines{"of a file"});
    CHECK(files.lines_of(folder / "a.egg/m.py") == Lines{"of an archive"});
    CHECK(files.lines_of(folder / "cell 1 of a.ipynb") == Lines{"of a cell"});
    CHECK(files.lines_of(folder / "cell 2 of a.ipynb").empty());
    CHECK(files.lines_of(folder / "").empty());
    CHECK(files.lines_of("/dev/zero").empty());
}

TEST_CASE("What has a text says when it was saved") {
    const test_support::TemporaryFolder folder;
    const auto save = [&](const char* name, int hours) {
        if (!std::filesystem::exists(folder / name)) std::ofstream{folder / name} << "x\n";
        std::filesystem::last_write_time(folder / name,
                                         std::filesystem::file_time_type::clock::now() - std::chrono::hours{hours});
    };
    test_support::write_zip(folder / "a.egg", {{"pkg/m.py", "x\n"}});
    save("a.py", 1);
    save("a.egg", 2);
    save("a.ipynb", 3);
    const std::uint64_t file = saved_ns(folder / "a.py"), archive = saved_ns(folder / "a.egg/pkg/m.py"),
                        cell = saved_ns(folder / "cell 1 of a.ipynb");
    CHECK(archive < file);
    CHECK(cell < archive);
    CHECK(cell > 0);
    CHECK(saved_ns(folder / "absent.py") == 0);
    CHECK(saved_ns("<string>") == 0);
    CHECK(saved_ns("") == 0);
}

}  // namespace
}  // namespace pyprof::sources
