#pragma once
// Many trees into one. The result is the same for every order of the trees (tree_builder.h says what counts as the
// same thread, process, module). Not for the signal side; one thread at a time.
#include "gather/tree.h"
#include "gather/tree_builder.h"

namespace pyprof::gather {

// For chains of trees: keeps its indexes from one tree to the next.
class Reducer {
public:
    // `tree` must hold what tree.h promises about indices; parse and gather see to it.
    void absorb(Tree&& tree);
    // A note of the caller's, such as which ranks are missing.
    void note(std::string sentence) { builder_.note(std::move(sentence)); }
    // Everything absorbed so far, in canonical form; the reducer starts again empty.
    Tree finish() { return builder_.finish(); }

private:
    TreeBuilder builder_;
};

// The two trees' canonical sum. For more than two a Reducer saves most of the time.
void absorb(Tree& into, Tree&& other);

// The one form of a tree: equal parts become one, everything is in canonical order.
void canonicalise(Tree& tree);

}  // namespace pyprof::gather
