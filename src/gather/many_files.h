#pragma once
// The sum of many recordings and gathered trees that lie in files, by several threads. Not for the signal side, nor for
// libpyprof-mpi.so, which starts no threads in other people's processes. Errors name the file and what to do.
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "gather/tree.h"

namespace pyprof::gather {

// The sum of some files, read by as many threads as there are processors. `look` is told of each file what reading it
// gave: from several threads, in whatever order, each once.
using Look = std::function<void(std::size_t file, const Result<Tree>& tree)>;
Tree sum_of_files(const std::vector<std::string>& paths, const Look& look);

struct Gathered {
    Tree tree;                            // canonical; damage is a note
    std::vector<std::string> read;        // files whose content is in `tree`
    std::vector<std::string> unreadable;  // files that gave nothing; each has a note
};

// The sum of some files, in whatever order.
Gathered gather_files(const std::vector<std::string>& paths);

}  // namespace pyprof::gather
