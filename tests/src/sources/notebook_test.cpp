#include "sources/notebook.h"

#include "tests/support/catch.h"

namespace pyprof::sources {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("The code cells of a notebook are its texts or lists of lines") {
    CHECK(code_cells(R"({"cells": [{"cell_type": "markdown", "source": "# A"}, {"cell_type": "code", "source": "a = 1"},
                         {"cell_type": "code", "source": ["b = 2\n", "c = 3"]}, {"cell_type": "code", "source": []}]})") ==
          Texts{"a = 1", "b = 2\nc = 3", ""});
}

TEST_CASE("What is no notebook has no cells") {
    for (const char* text : {"", "not json", "[]", "{}", R"({"cells": 1})", R"({"cells": [1, {"cell_type": "code"}]})",
                             R"({"cells": [{"source": "a"}]})", "{\"cells\": [\"\xff\"]}"}) {
        CAPTURE(text);
        CHECK(code_cells(text).empty());
    }
    CHECK(code_cells(R"({"cells": [{"cell_type": "code", "source": [1, null]}]})") == Texts{""});
}

// The numbers are those that ipykernel 6.17.0 gives: murmur2_x86(text, 0xC70F6907).
TEST_CASE("A cell has the number that ipykernel gives it") {
    CHECK(cell_hash("") == 3990065800U);
    CHECK(cell_hash("a") == 2167009006U);
    CHECK(cell_hash("ab") == 2805137849U);
    CHECK(cell_hash("abc") == 3350977461U);
    CHECK(cell_hash("x = 1\nprint(x)\n") == 1538517086U);
    CHECK(cell_hash("größe = 'π'") == 816657522U);
}

TEST_CASE("Files of kernels are told from others") {
    CHECK(hash_of_kernel_file("/tmp/ipykernel_123/456.py") == 456);
    CHECK(hash_of_kernel_file("/scratch/me/ipykernel_1/4294967295.py") == 4294967295U);
    for (const char* file :
         {"", "456.py", "/456.py", "/tmp/456.py", "/tmp/ipykernel_/456.py", "/tmp/ipykernel_1/x.py",
          "/tmp/ipykernel_1/456.txt", "/tmp/ipykernel_1x/456.py", "/tmp/ipykernel_1/4294967296.py"}) {
        CAPTURE(file);
        CHECK_FALSE(hash_of_kernel_file(file));
    }
}

TEST_CASE("A cell's place can be read from how it is shown") {
    CHECK(to_path({"/there/a of b.ipynb", 12}) == "/there/cell 12 of a of b.ipynb");
    CHECK(to_path({"a.ipynb", 1}) == "cell 1 of a.ipynb");
    const auto place = to_cell_place("/there/cell 12 of a of b.ipynb");
    REQUIRE(place);
    CHECK(place->notebook == "/there/a of b.ipynb");
    CHECK(place->cell == 12);
    for (const char* path : {"", "/a.ipynb", "/cell of a.ipynb", "/cell x of a.ipynb", "/cell 0 of a.ipynb",
                             "/cell 1 of a.py", "/cell 1 of a.ipynb/b"}) {
        CAPTURE(path);
        CHECK_FALSE(to_cell_place(path));
    }
}

TEST_CASE("Lines of a cell count from its first that is not empty") {
    CHECK(compiled_text("\n  \t\n\na = 1\n\nb\n") == "a = 1\n\nb\n");
    CHECK(compiled_text("a") == "a");
    CHECK(compiled_text("").empty());
}

}  // namespace
}  // namespace pyprof::sources
