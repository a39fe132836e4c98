#include "gather/many_files.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "gather/files.h"
#include "gather/reduce.h"

namespace pyprof::gather {
namespace {

constexpr std::size_t files_per_thread = 16;  // fewer are read before a thread has started

}  // namespace

Tree sum_of_files(const std::vector<std::string>& paths, const Look& look) {
    std::atomic<std::size_t> next{0};
    const auto read_some = [&](Tree& sum) {
        Reducer reducer;
        for (std::size_t i = next++; i < paths.size(); i = next++) {
            Result<Tree> tree = gather_file(paths[i]);
            look(i, tree);
            if (tree) reducer.absorb(*std::move(tree));
        }
        sum = reducer.finish();
    };
    const std::size_t useful =
        std::min<std::size_t>(paths.size() / files_per_thread + 1, std::thread::hardware_concurrency());
    std::vector<Tree> sums(std::max<std::size_t>(1, useful));
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < sums.size(); ++i) others.emplace_back(read_some, std::ref(sums[i]));
    read_some(sums[0]);
    for (std::thread& thread : others) thread.join();
    Reducer all;
    for (Tree& sum : sums) all.absorb(std::move(sum));
    return all.finish();
}

Gathered gather_files(const std::vector<std::string>& paths) {
    std::vector<std::string> errors(paths.size());
    Gathered result;
    result.tree = sum_of_files(paths, [&](std::size_t i, const Result<Tree>& tree) {
        if (!tree) errors[i] = tree.error().message();
    });
    Reducer notes;
    for (std::size_t i = 0; i < paths.size(); ++i) {
        (errors[i].empty() ? result.read : result.unreadable).push_back(paths[i]);
        if (!errors[i].empty()) notes.note(errors[i]);
    }
    absorb(result.tree, notes.finish());
    return result;
}

}  // namespace pyprof::gather
