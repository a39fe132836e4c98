#pragma once
// Cells of the notebooks that a run's commands name ("jupyter nbconvert --execute study.ipynb", papermill), known by
// their text: ipykernel compiles each as /tmp/ipykernel_PID/HASH.py. The notebooks are read once, and only here.
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "gather/tree.h"

namespace pyprof::merge {

class NotebookCells {
public:
    explicit NotebookCells(const gather::Tree& tree);

    // "/there/cell 2 of study.ipynb" for a kernel's file of that cell, any other name as it is. Of cells with the same
    // text the first stands for all.
    const std::string& shown(const std::string& file) const;

    // Every cell, as it is shown.
    const std::vector<std::string>& all() const { return all_; }

private:
    void add(const std::string& notebook);

    std::unordered_map<std::uint32_t, std::string> by_hash_;
    std::vector<std::string> all_;
};

}  // namespace pyprof::merge
