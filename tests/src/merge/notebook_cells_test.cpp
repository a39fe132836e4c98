#include "merge/notebook_cells.h"

#include <fstream>

#include "sources/notebook.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::merge {
namespace {

std::string kernel_file(const std::string& cell) {
    return "/tmp/ipykernel_7/" + std::to_string(sources::cell_hash(cell)) + ".py";
}

TEST_CASE("cells of the notebooks that commands name are known by their text") {
    const test_support::TemporaryFolder folder;
    std::ofstream{folder / "a.ipynb"}
        << R"({"cells": [{"cell_type": "code", "source": "x"}, {"cell_type": "code", "source": ["y\n", "z"]},
                         {"cell_type": "code", "source": "x"}]})";
    gather::Tree tree;
    tree.processes.resize(2);
    tree.processes[0].command = {"python3", "-m", "nbconvert", "a.ipynb", "absent.ipynb"};
    tree.processes[0].working_directory = folder.path();
    tree.processes[1].command = {"papermill", folder / "a.ipynb"};
    const NotebookCells cells{tree};
    CHECK(cells.shown(kernel_file("x")) == folder / "cell 1 of a.ipynb");
    CHECK(cells.shown(kernel_file("y\nz")) == folder / "cell 2 of a.ipynb");
    CHECK(cells.shown(kernel_file("other")) == kernel_file("other"));
    CHECK(cells.shown("/a/b.py") == "/a/b.py");
    CHECK(cells.all().size() == 3);
}

}  // namespace
}  // namespace pyprof::merge
