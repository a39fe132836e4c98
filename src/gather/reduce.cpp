#include "gather/reduce.h"

#include <utility>

#include "base/check.h"

namespace pyprof::gather {

void Reducer::absorb(Tree&& tree) {
    std::vector<std::uint32_t> modules, codes, processes, threads;
    for (const Module& module : tree.modules) modules.push_back(builder_.module(module));
    for (const Code& code : tree.codes) codes.push_back(builder_.code(code));
    std::vector<std::uint32_t> contexts(tree.contexts.size());
    for (std::size_t i = 1; i < tree.contexts.size(); ++i) {
        Context context = tree.contexts[i];
        PYPROF_CHECK(context.parent < i);
        if (context.key.kind == KeyKind::native && context.key.index != no_module)
            context.key.index = modules[context.key.index];
        if (context.key.kind == KeyKind::python) context.key.index = codes[context.key.index];
        contexts[i] = builder_.context(contexts[context.parent], context.key);
    }
    for (const Process& process : tree.processes) processes.push_back(builder_.process(process));
    for (Thread thread : tree.threads) {
        thread.process = processes[thread.process];
        thread.spawned_by = contexts[thread.spawned_by];
        if (thread.started_in != 0) thread.started_in = modules[thread.started_in - 1] + 1;
        threads.push_back(builder_.thread(thread));
    }
    for (Value value : tree.values) {
        value.context = contexts[value.context];
        value.thread = threads[value.thread];
        builder_.value(value);
    }
    for (const Measure& measure : tree.measures) {
        const std::uint32_t number = builder_.measure(measure.name, measure.unit);
        for (Value value : measure.values) {
            value.context = contexts[value.context];
            value.thread = threads[value.thread];
            builder_.measured(number, value);
        }
    }
    for (std::string& note : tree.notes) builder_.note(std::move(note));
}

void absorb(Tree& into, Tree&& other) {
    Reducer reducer;
    reducer.absorb(std::move(into));
    reducer.absorb(std::move(other));
    into = reducer.finish();
}

void canonicalise(Tree& tree) {
    Reducer reducer;
    reducer.absorb(std::move(tree));
    tree = reducer.finish();
}

}  // namespace pyprof::gather
