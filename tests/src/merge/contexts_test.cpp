#include "merge/contexts.h"

#include <map>
#include <random>

#include "tests/src/merge/stack_tree.h"
#include "tests/support/catch.h"

namespace pyprof::merge {
namespace {

using test_support::Library;
using test_support::StackTree;

// Sums by "thread: frame < frame < …", where a frame tells all that the profile knows of it.
using Sums = std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>;

void add(Sums& sums, const std::string& stack, std::uint64_t samples, std::uint64_t weight) {
    if (samples == 0 && weight == 0) return;
    sums[stack].first += samples;
    sums[stack].second += weight;
}

std::string text_of(const profile::Function& function, bool machinery, std::uint32_t line, bool inlined, bool guessed) {
    return " < " + function.name + " " + function.file + ":" + std::to_string(line) + (machinery ? " hidden" : "") +
           (inlined ? " inlined" : "") + (guessed ? " guessed" : "");
}

// Every value's stack on its own, judged by looking at all its frames: slow and obviously right.
Sums expected_sums(const gather::Tree& tree, Names& names, const profile::Profile& profile) {
    Sums sums;
    for (const gather::Value& value : tree.values) {
        std::vector<NamedFrame> frames;
        for (std::uint32_t c = value.context; c != 0; c = tree.contexts[c].parent) {
            const auto of_key = names.frames(tree.contexts[c].key);
            frames.insert(frames.begin(), of_key.begin(), of_key.end());
        }
        std::string stack = std::to_string(value.thread) + ":";
        for (std::size_t i = 0; i < frames.size(); i++) {
            const auto has = [&](std::size_t from, std::size_t to, FrameKind kind) {
                return std::any_of(frames.begin() + from, frames.begin() + to,
                                   [&](const auto& f) { return f.kind == kind; });
            };
            const std::size_t end = frames.size();
            const bool is_start = !has(0, i, FrameKind::python) && !has(0, i, FrameKind::program) &&
                                  !has(0, i, FrameKind::wrapper) && !has(0, i, FrameKind::special);
            const Below below = has(i + 1, end, FrameKind::python)    ? Below::python
                                : has(i + 1, end, FrameKind::program) ? Below::extension
                                : has(i + 1, end, FrameKind::wrapper) ? Below::wrapper
                                                                      : Below::work;
            const profile::Function& function = profile.functions[frames[i].function];
            const bool hidden = is_machinery({frames[i].kind, function.name, function.named},
                                             {has(0, i, FrameKind::python), is_start}, below);
            stack += text_of(function, hidden, frames[i].line, frames[i].inlined, frames[i].guessed);
        }
        add(sums, stack, value.samples, value.weight_ns);
    }
    return sums;
}

Sums sums_of(const profile::Profile& profile) {
    Sums sums;
    for (const profile::Value& value : profile.values) {
        std::string stack;
        for (std::uint32_t c = value.context; c != 0; c = profile.contexts[c].parent) {
            const profile::Location& location = profile.locations[profile.contexts[c].location];
            const profile::Function& function = profile.functions[location.function];
            stack.insert(0, text_of(function, function.machinery, location.line, location.inlined, location.guessed));
        }
        stack.insert(0, std::to_string(value.thread) + ":");
        add(sums, stack, value.samples, value.weight);
    }
    return sums;
}

gather::Key random_key(std::mt19937& random) {
    switch (random() % 4) {
        case 0:
            return StackTree::python(random() % 3, random() % 3);
        case 1:
            return StackTree::native(Library::interpreter, 0x1000 + random() % 0x200, random() % 4);
        case 2:
            return StackTree::native(static_cast<Library>(random() % 7), 0x1000 + random() % 0x300, random() % 4);
        default:
            return {gather::KeyKind::special, 0, 3 + random() % 4, 0};
    }
}

gather::Tree random_tree(std::uint32_t seed) {
    std::mt19937 random{seed};
    StackTree stacks{3};
    gather::Tree& tree = stacks.tree();
    for (std::uint32_t i = 1; i < 600; i++)
        tree.contexts.push_back({static_cast<std::uint32_t>(random() % i), random_key(random)});
    for (int i = 0; i < 900; i++) {
        tree.values.push_back({static_cast<std::uint32_t>(random() % 600), static_cast<std::uint32_t>(random() % 3),
                               random() % 3, random() % 5000});
    }
    tree.threads[1].spawned_by = 17;
    return tree;
}

TEST_CASE("random trees keep every stack's sums, as when each stack is named on its own") {
    const gather::Tree tree = random_tree(GENERATE(1U, 2U, 3U, 4U, 5U, 6U));
    profile::Profile profile;
    Tables tables{profile};
    Names names{tree, {}, tables};
    const ContextMap contexts{tree, names, tables};
    profile.values = map_values(tree.values, contexts);

    for (std::uint32_t i = 1; i < profile.contexts.size(); i++) REQUIRE(profile.contexts[i].parent < i);
    for (std::size_t i = 1; i < profile.values.size(); i++) {
        const auto key = [&](std::size_t n) { return std::pair{profile.values[n].context, profile.values[n].thread}; };
        REQUIRE(key(i - 1) < key(i));
    }
    CHECK(sums_of(profile) == expected_sums(tree, names, profile));
}

TEST_CASE("the same interpreter function is hidden between Python frames and work at the end") {
    StackTree stacks;
    const gather::Key sort = StackTree::function(Library::interpreter, "list_sort_impl");
    const gather::Key glue = StackTree::function(Library::interpreter, "cfunction_vectorcall_FASTCALL");
    const gather::Key merge_at = StackTree::function(Library::interpreter, "merge_at");
    const std::vector<gather::Key> python{StackTree::python(0, 3), glue, sort};
    stacks.add({python[0], glue, sort, merge_at}, 4, 400);
    stacks.add({python[0], glue, sort, StackTree::python(2, 21)}, 2, 200);
    profile::Profile profile;
    Tables tables{profile};
    Names names{stacks.tree(), {}, tables};
    const ContextMap contexts{stacks.tree(), names, tables};
    profile.values = map_values(stacks.tree().values, contexts);

    Sums visible;
    for (const auto& [stack, sums] : sums_of(profile)) {
        std::string shown;
        std::size_t at = 0;
        for (std::size_t next = stack.find(" < "); next != std::string::npos; next = stack.find(" < ", at)) {
            at = next + 3;
            const std::string frame = stack.substr(at, stack.find(" < ", at) - at);
            if (!frame.ends_with(" hidden")) shown += frame.substr(0, frame.find(' ')) + ";";
        }
        visible[shown] = sums;
    }
    CHECK(visible == Sums{{"<module>;list_sort_impl;merge_at;", {4, 400}}, {"<module>;key;", {2, 200}}});
}

TEST_CASE("a context that only created a thread is kept") {
    StackTree stacks{2};
    stacks.tree().threads[1].spawned_by = stacks.context({StackTree::python(0, 5), StackTree::python(1, 12)});
    profile::Profile profile;
    Tables tables{profile};
    Names names{stacks.tree(), {}, tables};
    const ContextMap contexts{stacks.tree(), names, tables};
    const std::uint32_t origin = contexts.at(stacks.tree().threads[1].spawned_by);
    REQUIRE(origin != profile::none);
    CHECK(profile.locations[profile.contexts[origin].location].line == 12);
    CHECK(contexts.at(0) == 0);
}

}  // namespace
}  // namespace pyprof::merge
