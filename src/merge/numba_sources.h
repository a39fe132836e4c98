#pragma once
// Where functions stand that Numba compiled without lines: their linkage names tell module and function, and the
// modules' files are those that Python code was seen from. One thread at a time; files are read once, and only here:
// what they say is what they say now, not when they ran.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gather/tree.h"
#include "sources/text_files.h"

namespace pyprof::merge {

class NumbaSources {
public:
    struct Place {
        std::string file;
        std::uint32_t line = 0;  // of the word `def`
    };

    // `cells` are files that belong to `__main__` beside the programs' own: cells of notebooks.
    explicit NumbaSources(const gather::Tree& tree, const std::vector<std::string>& cells = {});

    // nullopt for other compilers' functions, for files that cannot be read, and where the file defines none or several
    // functions of the name.
    std::optional<Place> find(const std::string& linkage_name);

private:
    std::vector<std::string> files_of(const std::vector<std::string>& module) const;
    std::uint32_t line_of(const std::string& file, std::string_view function);

    std::vector<std::string> files_;    // of all Python functions
    std::vector<std::string> scripts_;  // of the programs that ran, and cells
    sources::TextFiles texts_;
};

// "def f(…" of a source line gives "f"; empty for other lines.
std::string_view defined_function(std::string_view line);

// "outer::_3clocals_3e::f[abi:v1][abi:…](…)", as it is demangled, into its parts without "<locals>"; empty if Numba did
// not make the name (numba/core/itanium_mangler.py).
std::vector<std::string> numba_name_parts(std::string_view demangled);

}  // namespace pyprof::merge
