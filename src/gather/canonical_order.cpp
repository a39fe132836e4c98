#include "gather/canonical_order.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <tuple>

#include "base/saturate.h"

namespace pyprof::gather {
namespace {

using Indices = std::vector<std::uint32_t>;

// Sorts `items` and gives the new place of each old one.
template <class T, class Less>
Indices sort_and_map(std::vector<T>& items, Less less) {
    Indices old_places(items.size());
    std::iota(old_places.begin(), old_places.end(), 0U);
    std::sort(old_places.begin(), old_places.end(),
              [&](std::uint32_t a, std::uint32_t b) { return less(items[a], items[b]); });
    std::vector<T> sorted;
    sorted.reserve(items.size());
    Indices new_places(items.size());
    for (const std::uint32_t old : old_places) {
        new_places[old] = static_cast<std::uint32_t>(sorted.size());
        sorted.push_back(std::move(items[old]));
    }
    items = std::move(sorted);
    return new_places;
}

bool process_less(const Process& a, const Process& b) {
    return std::tie(a.rank, a.host, a.pid, a.started_realtime_ns) <
           std::tie(b.rank, b.host, b.pid, b.started_realtime_ns);
}

bool thread_less(const Thread& a, const Thread& b) {
    return std::tuple(a.process, a.tid, a.started_ns, a.folded != 0) <
           std::tuple(b.process, b.tid, b.started_ns, b.folded != 0);
}

void order_keys(Tree& tree) {
    const Indices modules = sort_and_map(tree.modules, std::less<Module>{});
    const Indices codes = sort_and_map(tree.codes, std::less<Code>{});
    for (Context& context : tree.contexts) {
        Key& key = context.key;
        if (key.kind == KeyKind::native && key.index != no_module) key.index = modules[key.index];
        if (key.kind == KeyKind::python) key.index = codes[key.index];
    }
    for (Thread& thread : tree.threads)
        if (thread.started_in != 0) thread.started_in = modules[thread.started_in - 1] + 1;
}

// Children of each context, one after another; those of context c lie in [begin[c], begin[c + 1]).
struct Children {
    Indices begin, ids;
};

Children sorted_children(const std::vector<Context>& contexts) {
    Children children{Indices(contexts.size() + 2), Indices(contexts.size() - 1)};
    Indices& begin = children.begin;
    for (std::size_t i = 1; i < contexts.size(); ++i) ++begin[contexts[i].parent + 2];
    for (std::size_t i = 2; i < begin.size(); ++i) begin[i] += begin[i - 1];
    for (std::uint32_t i = 1; i < contexts.size(); ++i) children.ids[begin[contexts[i].parent + 1]++] = i;
    for (std::size_t i = 0; i < contexts.size(); ++i) {
        std::sort(children.ids.begin() + begin[i], children.ids.begin() + begin[i + 1],
                  [&](std::uint32_t a, std::uint32_t b) { return contexts[a].key < contexts[b].key; });
    }
    return children;
}

Indices order_contexts(std::vector<Context>& contexts) {
    const Children children = sorted_children(contexts);
    Indices new_ids(contexts.size());
    std::vector<Context> sorted;
    sorted.reserve(contexts.size());
    Indices pending{0};
    while (!pending.empty()) {
        const std::uint32_t old = pending.back();
        pending.pop_back();
        new_ids[old] = static_cast<std::uint32_t>(sorted.size());
        sorted.push_back({new_ids[contexts[old].parent], contexts[old].key});
        for (std::uint32_t i = children.begin[old + 1]; i > children.begin[old]; --i)
            pending.push_back(children.ids[i - 1]);
    }
    contexts = std::move(sorted);
    return new_ids;
}

Indices order_threads(Tree& tree, const Indices& contexts) {
    const Indices processes = sort_and_map(tree.processes, process_less);
    for (Thread& thread : tree.threads) {
        thread.process = processes[thread.process];
        thread.spawned_by = contexts[thread.spawned_by];
    }
    return sort_and_map(tree.threads, thread_less);
}

// Stable counting sort by a small number.
template <class Field>
void sort_by(std::vector<Value>& values, std::size_t range, Field field) {
    Indices next(range + 1);
    for (const Value& value : values) ++next[field(value) + 1];
    for (std::size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
    std::vector<Value> sorted(values.size());
    for (const Value& value : values) sorted[next[field(value)]++] = value;
    values = std::move(sorted);
}

void order_values(std::vector<Value>& values, const Indices& contexts, const Indices& threads, const Tree& tree) {
    for (Value& value : values) {
        value.context = contexts[value.context];
        value.thread = threads[value.thread];
    }
    sort_by(values, tree.threads.size(), [](const Value& v) { return v.thread; });
    sort_by(values, tree.contexts.size(), [](const Value& v) { return v.context; });
    std::size_t kept = 0;
    for (const Value& value : values) {
        if (kept != 0 && values[kept - 1].context == value.context && values[kept - 1].thread == value.thread) {
            Value& same = values[kept - 1];
            same.samples = saturating_add(same.samples, value.samples);
            same.weight_ns = saturating_add(same.weight_ns, value.weight_ns);
        } else {
            values[kept++] = value;
        }
    }
    values.resize(kept);
}

}  // namespace

void order(Tree& tree) {
    order_keys(tree);
    const Indices contexts = order_contexts(tree.contexts);
    const Indices threads = order_threads(tree, contexts);
    order_values(tree.values, contexts, threads, tree);
    for (Measure& measure : tree.measures) order_values(measure.values, contexts, threads, tree);
    std::sort(tree.measures.begin(), tree.measures.end(),
              [](const Measure& a, const Measure& b) { return a.name < b.name; });
    std::sort(tree.notes.begin(), tree.notes.end());
    tree.notes.erase(std::unique(tree.notes.begin(), tree.notes.end()), tree.notes.end());
}

}  // namespace pyprof::gather
