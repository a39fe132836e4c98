#include "gather/reduce.h"

#include <utility>

#include "base/check.h"
#include "gather/canonical_order.h"
#include "gather/canonical_sum.h"
#include "gather/tree_builder.h"

namespace pyprof::gather {
namespace {

void add(Tree&& tree, TreeBuilder& builder) {
    std::vector<std::uint32_t> modules, codes, processes, threads;
    for (const Module& module : tree.modules) modules.push_back(builder.module(module));
    for (const Code& code : tree.codes) codes.push_back(builder.code(code));
    std::vector<std::uint32_t> contexts(tree.contexts.size());
    for (std::size_t i = 1; i < tree.contexts.size(); ++i) {
        Context context = tree.contexts[i];
        PYPROF_CHECK(context.parent < i);
        if (context.key.kind == KeyKind::native && context.key.index != no_module)
            context.key.index = modules[context.key.index];
        if (context.key.kind == KeyKind::python) context.key.index = codes[context.key.index];
        contexts[i] = builder.context(contexts[context.parent], context.key);
    }
    for (const Process& process : tree.processes) processes.push_back(builder.process(process));
    for (Thread thread : tree.threads) {
        thread.process = processes[thread.process];
        thread.spawned_by = contexts[thread.spawned_by];
        if (thread.started_in != 0) thread.started_in = modules[thread.started_in - 1] + 1;
        threads.push_back(builder.thread(thread));
    }
    for (Value value : tree.values) {
        value.context = contexts[value.context];
        value.thread = threads[value.thread];
        builder.value(value);
    }
    for (const Measure& measure : tree.measures) {
        const std::uint32_t number = builder.measure(measure.name, measure.unit);
        for (Value value : measure.values) {
            value.context = contexts[value.context];
            value.thread = threads[value.thread];
            builder.measured(number, value);
        }
    }
    for (Call& call : tree.calls) {
        call.context = contexts[call.context];
        call.thread = threads[call.thread];
        builder.call(std::move(call));
    }
    for (Moment moment : tree.moments) {
        moment.context = contexts[moment.context];
        moment.thread = threads[moment.thread];
        builder.moment(moment);
    }
    for (std::string& note : tree.notes) builder.note(std::move(note));
}

std::size_t size_of(const Tree& tree) {
    return tree.contexts.size() + tree.values.size() + tree.calls.size() + tree.moments.size();
}

// In canonical form; both are.
Tree sum_of(Tree&& a, Tree&& b) {
    if (have_sum_in_order(a, b)) return sum_in_order(std::move(a), std::move(b));
    TreeBuilder builder;
    add(std::move(a), builder);
    add(std::move(b), builder);
    return builder.finish();
}

}  // namespace

void Reducer::absorb(Tree&& tree) {
    if (!is_in_order(tree)) canonicalise(tree);
    sums_.push_back(std::move(tree));
    while (sums_.size() > 1 && size_of(sums_[sums_.size() - 2]) <= 2 * size_of(sums_.back())) add_last_two();
}

void Reducer::add_last_two() {
    Tree last = std::move(sums_.back());
    sums_.pop_back();
    sums_.back() = sum_of(std::move(sums_.back()), std::move(last));
}

Tree Reducer::finish() {
    Tree notes{{}, {}, {Context{}}, {}, {}, {}, std::move(notes_)};
    notes_.clear();
    canonicalise(notes);
    absorb(std::move(notes));
    while (sums_.size() > 1) add_last_two();
    Tree sum = std::move(sums_.back());
    sums_.clear();
    return sum;
}

void absorb(Tree& into, Tree&& other) {
    Reducer reducer;
    reducer.absorb(std::move(into));
    reducer.absorb(std::move(other));
    into = reducer.finish();
}

void canonicalise(Tree& tree) {
    TreeBuilder builder;
    add(std::move(tree), builder);
    tree = builder.finish();
}

}  // namespace pyprof::gather
