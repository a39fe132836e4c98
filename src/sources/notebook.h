#pragma once
// Jupyter notebooks (nbformat 4) and their cells. ipykernel compiles a cell under a name made of a hash of its text, so
// a cell is known by its text: equal cells of a notebook are one, the first.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyprof::sources {

// The texts of the code cells, in order; none if `json` is no notebook.
std::vector<std::string> code_cells(std::string_view json);

// The lines of a cell as its code counts them: IPython takes empty lines at the begin away.
std::string_view compiled_text(std::string_view cell);

// The number by which ipykernel names a cell's file (murmur2_x86 in ipykernel/compiler.py, 6.0 to 7).
std::uint32_t cell_hash(std::string_view cell);

// That number of "/tmp/ipykernel_123/456.py"; nullopt for other files.
std::optional<std::uint32_t> hash_of_kernel_file(std::string_view file);

// A cell of a notebook as it is shown: "/there/cell 2 of study.ipynb".
struct CellPlace {
    std::string notebook;  // path
    std::size_t cell = 0;  // among its code cells, from 1
};
std::string to_path(const CellPlace& place);
std::optional<CellPlace> to_cell_place(std::string_view path);

}  // namespace pyprof::sources
