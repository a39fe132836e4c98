#pragma once
// Gathered trees made of stacks, for tests: a test says which stacks it wants, caller first.
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gather/tree.h"

namespace pyprof::test_support {

// The compiled fixtures and files that do not exist, as a process would have recorded them.
enum class Library : std::uint32_t { interpreter, shapes, plain_stripped, system, agent, mpi, ffi };

class StackTree {
public:
    // One process and `threads` threads.
    explicit StackTree(std::uint32_t threads = 1);

    static gather::Key python(std::uint32_t code, std::uint64_t line) {
        return {gather::KeyKind::python, code, line, 0};
    }
    static gather::Key native(Library library, std::uint64_t offset, std::uint32_t flags = 0) {
        return {gather::KeyKind::native, static_cast<std::uint32_t>(library), offset, flags};
    }
    // The start of a function of the stand-in interpreter, or of libshapes by its linkage name.
    static gather::Key function(Library library, const std::string& name);

    // The context at the end of the stack, made if it is not there.
    std::uint32_t context(const std::vector<gather::Key>& stack);
    void add(const std::vector<gather::Key>& stack, std::uint64_t samples, std::uint64_t weight_ns,
             std::uint32_t thread = 0);

    gather::Tree& tree() { return tree_; }

private:
    gather::Tree tree_;
    std::map<std::pair<std::uint32_t, gather::Key>, std::uint32_t> contexts_;
};

}  // namespace pyprof::test_support
