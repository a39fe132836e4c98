#include "gather/canonical_order.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <tuple>

#include "base/saturate.h"
#include "gather/process_facts.h"

namespace pyprof::gather {
namespace {

using Indices = std::vector<std::uint32_t>;

// Sorts `items` and gives the new place of each old one.
template <class T>
Indices sort_and_map(std::vector<T>& items) {
    Indices old_places(items.size());
    std::iota(old_places.begin(), old_places.end(), 0U);
    std::sort(old_places.begin(), old_places.end(),
              [&](std::uint32_t a, std::uint32_t b) { return canonical_order(items[a], items[b]) < 0; });
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

void order_keys(Tree& tree) {
    const Indices modules = sort_and_map(tree.modules);
    const Indices codes = sort_and_map(tree.codes);
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
    const Indices processes = sort_and_map(tree.processes);
    for (Thread& thread : tree.threads) {
        thread.process = processes[thread.process];
        thread.spawned_by = contexts[thread.spawned_by];
    }
    return sort_and_map(tree.threads);
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

void order_calls(std::vector<Call>& calls, const Indices& contexts, const Indices& threads) {
    for (Call& call : calls) {
        call.context = contexts[call.context];
        call.thread = threads[call.thread];
    }
    std::sort(calls.begin(), calls.end(), [](const Call& a, const Call& b) { return canonical_order(a, b) < 0; });
    std::size_t kept = 0;
    for (Call& call : calls) {
        if (kept != 0 && canonical_order(calls[kept - 1], call) == 0)
            merge_call(calls[kept - 1], call);
        else if (Call& place = calls[kept++]; &place != &call)
            place = std::move(call);
    }
    calls.resize(kept);
}

void order_moments(Tree& tree, const Indices& contexts, const Indices& threads) {
    for (Moment& moment : tree.moments) {
        moment.context = contexts[moment.context];
        moment.thread = threads[moment.thread];
    }
    std::sort(tree.moments.begin(), tree.moments.end(),
              [&](const Moment& a, const Moment& b) { return is_before(a, b, tree.threads); });
}

template <class T>
bool is_ascending(const std::vector<T>& items) {
    return std::adjacent_find(items.begin(), items.end(),
                              [](const T& a, const T& b) { return canonical_order(a, b) >= 0; }) == items.end();
}

bool is_ascending(const std::vector<Value>& values) {
    const auto not_before = [](const Value& a, const Value& b) {
        return std::tie(a.context, a.thread) >= std::tie(b.context, b.thread);
    };
    return std::adjacent_find(values.begin(), values.end(), not_before) == values.end() &&
           std::none_of(values.begin(), values.end(),
                        [](const Value& v) { return v.samples == 0 && v.weight_ns == 0; });
}

// The contexts between the root and the last one, each with the child that was met last.
bool is_in_preorder(const std::vector<Context>& contexts) {
    Indices path{0};
    for (std::uint32_t i = 1; i < contexts.size(); ++i) {
        std::uint32_t before = 0;  // the sibling before
        while (!path.empty() && path.back() != contexts[i].parent) {
            before = path.back();
            path.pop_back();
        }
        if (path.empty() || (before != 0 && contexts[before].key >= contexts[i].key)) return false;
        path.push_back(i);
    }
    return true;
}

}  // namespace

std::strong_ordering canonical_order(const Module& a, const Module& b) { return a <=> b; }

std::strong_ordering canonical_order(const Code& a, const Code& b) { return a <=> b; }

std::strong_ordering canonical_order(const Process& a, const Process& b) {
    return std::tie(a.rank, a.host, a.pid, a.started_realtime_ns) <=>
           std::tie(b.rank, b.host, b.pid, b.started_realtime_ns);
}

std::strong_ordering canonical_order(const Thread& a, const Thread& b) {
    return std::tuple(a.process, a.tid, a.started_ns, a.folded != 0) <=>
           std::tuple(b.process, b.tid, b.started_ns, b.folded != 0);
}

std::strong_ordering canonical_order(const Call& a, const Call& b) {
    return std::tie(a.context, a.name, a.ranks, a.peer, a.size_class, a.thread) <=>
           std::tie(b.context, b.name, b.ranks, b.peer, b.size_class, b.thread);
}

bool is_before(const Moment& a, const Moment& b, const std::vector<Thread>& threads) {
    if (a.thread != b.thread) {  // else they are of one process
        const std::uint32_t process_a = threads[a.thread].process, process_b = threads[b.thread].process;
        if (process_a != process_b) return process_a < process_b;
    }
    return std::tie(a.time, a.thread, a.context, a.shift) < std::tie(b.time, b.thread, b.context, b.shift);
}

bool is_in_order(const Tree& tree) {
    const auto by_name = [](const Measure& a, const Measure& b) { return a.name >= b.name; };
    const auto before = [&](const Moment& a, const Moment& b) { return is_before(a, b, tree.threads); };
    const auto& measures = tree.measures;
    return is_ascending(tree.modules) && is_ascending(tree.codes) && is_ascending(tree.processes) &&
           is_ascending(tree.threads) && is_in_preorder(tree.contexts) && is_ascending(tree.values) &&
           is_ascending(tree.calls) && std::is_sorted(tree.moments.begin(), tree.moments.end(), before) &&
           std::adjacent_find(measures.begin(), measures.end(), by_name) == measures.end() &&
           std::all_of(measures.begin(), measures.end(), [](const Measure& m) { return is_ascending(m.values); }) &&
           std::adjacent_find(tree.notes.begin(), tree.notes.end(), std::greater_equal{}) == tree.notes.end();
}

void order(Tree& tree) {
    order_keys(tree);
    const Indices contexts = order_contexts(tree.contexts);
    const Indices threads = order_threads(tree, contexts);
    order_values(tree.values, contexts, threads, tree);
    for (Measure& measure : tree.measures) order_values(measure.values, contexts, threads, tree);
    order_calls(tree.calls, contexts, threads);
    order_moments(tree, contexts, threads);
    std::sort(tree.measures.begin(), tree.measures.end(),
              [](const Measure& a, const Measure& b) { return a.name < b.name; });
    std::sort(tree.notes.begin(), tree.notes.end());
    tree.notes.erase(std::unique(tree.notes.begin(), tree.notes.end()), tree.notes.end());
}

}  // namespace pyprof::gather
