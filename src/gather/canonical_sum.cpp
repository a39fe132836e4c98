#include "gather/canonical_sum.h"

#include <algorithm>
#include <compare>
#include <functional>
#include <iterator>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/saturate.h"
#include "gather/canonical_order.h"
#include "gather/process_facts.h"
#include "gather/tree_builder.h"

namespace pyprof::gather {
namespace {

using Indices = std::vector<std::uint32_t>;

// Where the entries of two lists stand in the one made of both.
struct Places {
    Indices a, b;
};

constexpr auto keep = [](auto&, const auto&) {};

// Moves two lists, each in order, into one; what is in both is combined.
template <class T, class Compare, class Combine>
Places merge(std::vector<T>& a, std::vector<T>& b, std::vector<T>& both, Compare compare, Combine combine) {
    Places places{Indices(a.size()), Indices(b.size())};
    both.reserve(std::max(a.size(), b.size()));
    for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
        const std::strong_ordering order = i == a.size()   ? std::strong_ordering::greater
                                           : j == b.size() ? std::strong_ordering::less
                                                           : compare(a[i], b[j]);
        const auto place = static_cast<std::uint32_t>(both.size());
        both.push_back(std::move(order > 0 ? b[j] : a[i]));
        if (order == 0) combine(both.back(), b[j]);
        if (order <= 0) places.a[i++] = place;
        if (order >= 0) places.b[j++] = place;
    }
    return places;
}

void change_keys(std::vector<Context>& contexts, const Indices& modules, const Indices& codes) {
    for (Context& context : contexts) {
        Key& key = context.key;
        if (key.kind == KeyKind::native && key.index != no_module) key.index = modules[key.index];
        if (key.kind == KeyKind::python) key.index = codes[key.index];
    }
}

// Both in preorder with siblings by key. Of the next contexts of both, the one whose parent came last is deeper in what
// is being written, so it comes first.
Places merge_contexts(const std::vector<Context>& a, const std::vector<Context>& b, std::vector<Context>& both) {
    Places places{Indices(a.size()), Indices(b.size())};
    both.reserve(std::max(a.size(), b.size()));
    both.push_back(Context{});
    for (std::size_t i = 1, j = 1; i < a.size() || j < b.size();) {
        const Context next_a = i == a.size() ? Context{} : Context{places.a[a[i].parent], a[i].key};
        const Context next_b = j == b.size() ? Context{} : Context{places.b[b[j].parent], b[j].key};
        std::strong_ordering order = i == a.size()   ? std::strong_ordering::greater
                                     : j == b.size() ? std::strong_ordering::less
                                                     : next_b.parent <=> next_a.parent;
        if (order == 0 && i < a.size() && j < b.size()) order = next_a.key <=> next_b.key;
        const auto place = static_cast<std::uint32_t>(both.size());
        both.push_back(order > 0 ? next_b : next_a);
        if (order <= 0) places.a[i++] = place;
        if (order >= 0) places.b[j++] = place;
    }
    return places;
}

void change_threads(std::vector<Thread>& threads, const Indices& processes, const Indices& contexts,
                    const Indices& modules) {
    for (Thread& thread : threads) {
        thread.process = processes[thread.process];
        thread.spawned_by = contexts[thread.spawned_by];
        if (thread.started_in != 0) thread.started_in = modules[thread.started_in - 1] + 1;
    }
}

void change_calls(std::vector<Call>& calls, const Indices& contexts, const Indices& threads) {
    for (Call& call : calls) {
        call.context = contexts[call.context];
        call.thread = threads[call.thread];
    }
}

std::vector<Value> merge_values(std::vector<Value> a, std::vector<Value> b, const Places& contexts,
                                const Places& threads) {
    const auto change = [](std::vector<Value>& values, const Indices& new_contexts, const Indices& new_threads) {
        for (Value& value : values) {
            value.context = new_contexts[value.context];
            value.thread = new_threads[value.thread];
        }
    };
    change(a, contexts.a, threads.a);
    change(b, contexts.b, threads.b);
    std::vector<Value> both;
    both.reserve(a.size() + b.size());
    const auto place = [](const Value& value) { return std::uint64_t{value.context} << 32 | value.thread; };
    for (std::size_t i = 0, j = 0; i < a.size() || j < b.size();) {
        const bool from_a = j == b.size() || (i < a.size() && place(a[i]) <= place(b[j]));
        both.push_back(from_a ? a[i++] : b[j++]);
        if (!from_a || j == b.size() || place(b[j]) != place(both.back())) continue;
        both.back().samples = saturating_add(both.back().samples, b[j].samples);
        both.back().weight_ns = saturating_add(both.back().weight_ns, b[j++].weight_ns);
    }
    return both;
}

void merge_measures(Tree& a, Tree& b, const Places& contexts, const Places& threads, std::vector<Measure>& both) {
    const Measure nothing;
    for (std::size_t i = 0, j = 0; i < a.measures.size() || j < b.measures.size();) {
        const bool from_a =
            i < a.measures.size() && (j == b.measures.size() || a.measures[i].name <= b.measures[j].name);
        const bool from_b =
            j < b.measures.size() && (i == a.measures.size() || b.measures[j].name <= a.measures[i].name);
        Measure of_a = from_a ? std::move(a.measures[i++]) : nothing;
        Measure of_b = from_b ? std::move(b.measures[j++]) : nothing;
        Measure sum{from_a ? of_a.name : of_b.name, from_a ? of_a.unit : of_b.unit, {}};
        sum.values = merge_values(std::move(of_a.values), std::move(of_b.values), contexts, threads);
        both.push_back(std::move(sum));
    }
}

void merge_moments(Tree& a, Tree& b, const Places& contexts, const Places& threads, Tree& both) {
    const auto change = [](std::vector<Moment>& moments, const Indices& new_contexts, const Indices& new_threads) {
        for (Moment& moment : moments) {
            moment.context = new_contexts[moment.context];
            moment.thread = new_threads[moment.thread];
        }
    };
    change(a.moments, contexts.a, threads.a);
    change(b.moments, contexts.b, threads.b);
    const auto before = [&](const Moment& x, const Moment& y) { return is_before(x, y, both.threads); };
    const bool b_first = !a.moments.empty() && !b.moments.empty() && before(b.moments.front(), a.moments.front());
    std::vector<Moment>& first = b_first ? b.moments : a.moments;
    const std::vector<Moment>& second = b_first ? a.moments : b.moments;
    first.insert(first.end(), second.begin(), second.end());
    const auto border = first.end() - static_cast<std::ptrdiff_t>(second.size());
    // Of ranks next to each other all moments of one come before all of the other.
    const bool in_order = border == first.begin() || border == first.end() || !before(*border, *(border - 1));
    if (!in_order) std::inplace_merge(first.begin(), border, first.end(), before);
    both.moments = std::move(first);
}

template <class T, class Identity>
bool have_other_twins(const std::vector<T>& a, const std::vector<T>& b, Identity identity) {
    std::unordered_set<std::size_t> known;
    for (const T& entry : a) known.insert(identity(entry));
    // What stands in both lists is found in both; anything else of `b` must be new.
    std::size_t in_both = 0;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        const std::strong_ordering order = canonical_order(a[i], b[j]);
        if (order == 0) ++in_both;
        if (order <= 0) ++i;
        if (order >= 0) ++j;
    }
    for (const T& entry : b) known.insert(identity(entry));
    return known.size() != a.size() + b.size() - in_both;
}

std::size_t hash_of(const Process& process) {
    const std::size_t place =
        static_cast<std::size_t>(process.pid) * 0x9E3779B97F4A7C15ULL ^ process.started_realtime_ns;
    return std::hash<std::string_view>{}(process.host) * 31 + place;
}

}  // namespace

bool have_sum_in_order(const Tree& a, const Tree& b) {
    return !have_other_twins(a.modules, b.modules, [](const Module& module) {
        return std::hash<std::string>{}(identity_of(module));
    }) && !have_other_twins(a.processes, b.processes, hash_of);
}

Tree sum_in_order(Tree a, Tree b) {
    constexpr auto compare = [](const auto& x, const auto& y) { return canonical_order(x, y); };
    Tree both;
    const Places modules = merge(a.modules, b.modules, both.modules, compare, keep);
    const Places codes = merge(a.codes, b.codes, both.codes, compare, keep);
    change_keys(a.contexts, modules.a, codes.a);
    change_keys(b.contexts, modules.b, codes.b);
    const Places contexts = merge_contexts(a.contexts, b.contexts, both.contexts);
    const Places processes = merge(a.processes, b.processes, both.processes, compare, merge_process);
    change_threads(a.threads, processes.a, contexts.a, modules.a);
    change_threads(b.threads, processes.b, contexts.b, modules.b);
    const Places threads = merge(a.threads, b.threads, both.threads, compare, merge_thread);
    both.values = merge_values(std::move(a.values), std::move(b.values), contexts, threads);
    merge_measures(a, b, contexts, threads, both.measures);
    change_calls(a.calls, contexts.a, threads.a);
    change_calls(b.calls, contexts.b, threads.b);
    merge(a.calls, b.calls, both.calls, compare, merge_call);
    merge_moments(a, b, contexts, threads, both);
    std::set_union(a.notes.begin(), a.notes.end(), b.notes.begin(), b.notes.end(), std::back_inserter(both.notes));
    return both;
}

}  // namespace pyprof::gather
