#include "merge/notebook_cells.h"

#include <optional>
#include <set>

#include "sources/notebook.h"
#include "sources/text_files.h"

namespace pyprof::merge {
namespace {

std::set<std::string> notebooks_of(const gather::Tree& tree) {
    std::set<std::string> paths;
    for (const gather::Process& process : tree.processes)
        for (const std::string& word : process.command)
            if (word.ends_with(".ipynb"))
                paths.insert(word.starts_with('/') ? word : process.working_directory + "/" + word);
    return paths;
}

}  // namespace

NotebookCells::NotebookCells(const gather::Tree& tree) {
    for (const std::string& notebook : notebooks_of(tree)) add(notebook);
}

void NotebookCells::add(const std::string& notebook) {
    std::size_t number = 0;
    for (const std::string& cell : sources::code_cells(sources::text_of_file(notebook))) {
        all_.push_back(sources::to_path({notebook, ++number}));
        by_hash_.emplace(sources::cell_hash(cell), all_.back());
    }
}

const std::string& NotebookCells::shown(const std::string& file) const {
    const std::optional<std::uint32_t> hash = sources::hash_of_kernel_file(file);
    const auto known = hash ? by_hash_.find(*hash) : by_hash_.end();
    return known == by_hash_.end() ? file : known->second;
}

}  // namespace pyprof::merge
