#pragma once
// Many trees into one. The result is the same for every order of the trees (tree_builder.h says what counts as the
// same thread, process, module). Not for the signal side; one thread at a time.
#include <string>
#include <vector>

#include "gather/tree.h"

namespace pyprof::gather {

// Adds trees of like size to each other, so that every value is moved log₂(trees) times.
class Reducer {
public:
    // `tree` must hold what tree.h promises about indices; parse and gather see to it.
    void absorb(Tree&& tree);
    // A note of the caller's, such as which ranks are missing.
    void note(std::string sentence) { notes_.push_back(std::move(sentence)); }
    // Everything absorbed so far, in canonical form; the reducer starts again empty.
    Tree finish();

private:
    void add_last_two();

    std::vector<Tree> sums_;  // in canonical form, each larger than the next
    std::vector<std::string> notes_;
};

// The two trees' canonical sum.
void absorb(Tree& into, Tree&& other);

// The one form of a tree: equal parts become one, everything is in canonical order.
void canonicalise(Tree& tree);

}  // namespace pyprof::gather
