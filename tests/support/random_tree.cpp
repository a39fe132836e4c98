#include "tests/support/random_tree.h"

#include <algorithm>
#include <set>

namespace pyprof::test_support {
namespace {

using namespace gather;

constexpr std::uint64_t period_ns = 5'000'000;

void add_world(Tree& tree, std::mt19937& random) {
    for (const char* name : {"libc", "libm", "libmpi", "numpy"})
        tree.modules.push_back({std::string{"/usr/lib/"} + name, std::string{"ab"} + name[3], 0, 0});
    tree.modules.push_back({"/opt/unnamed.so", "", 77, wire::module_flags::mpi});
    std::shuffle(tree.modules.begin(), tree.modules.end(), random);
    for (int i = 0; i < 12; ++i) {
        const std::string name = "f" + std::to_string(i / 2);
        tree.codes.push_back({"/home/app.py", name, "A." + name, 10 * i});
    }
    std::shuffle(tree.codes.begin(), tree.codes.end(), random);
}

Process random_process(std::mt19937& random) {
    Process process;
    process.pid = static_cast<std::int32_t>(100 + random() % 6);
    process.rank = process.pid % 4;
    process.host = "node" + std::to_string(process.pid % 2);
    process.started_realtime_ns = 1'000'000 + process.pid;
    process.command = {"python3", "app.py", std::to_string(process.pid)};
    process.period_ns = period_ns;
    process.samples = random() % 1000;
    process.expiries = random() % 2000;
    process.cpu_ns = random();
    process.wall_ns = random();
    process.losses.assign(wire::loss_slots, random() % 3);
    process.handler_histogram.assign(wire::handler_buckets, 0);
    process.handler_histogram[random() % wire::handler_buckets] = random();
    process.slices = {std::uint64_t{1} << (20 + random() % 3), {}};
    process.slices.counts.assign(4 * (1 + random() % 20), 0);
    for (std::uint32_t& count : process.slices.counts) count = static_cast<std::uint32_t>(random() % 5);
    return process;
}

void add_threads(Tree& tree, std::mt19937& random) {
    std::set<std::int32_t> pids;
    for (int i = 0; i < 3; ++i) {
        const Process process = random_process(random);
        if (!pids.insert(process.pid).second) continue;
        const auto index = static_cast<std::uint32_t>(tree.processes.size());
        tree.processes.push_back(process);
        for (std::int32_t t = 0; t < 3; ++t) {
            Thread thread;
            thread.process = index;
            thread.tid = t == 0 ? 0 : process.pid * 10 + t;
            thread.folded = t == 0 ? 2 : 0;
            thread.started_ns = t == 0 ? 0 : 1000u * static_cast<unsigned>(t);
            thread.name = t == 0 ? "ended threads" : "worker";
            tree.threads.push_back(thread);
        }
    }
    std::shuffle(tree.threads.begin(), tree.threads.end(), random);
}

Key random_key(const Tree& tree, std::mt19937& random) {
    switch (random() % 8) {
        case 0:
            return {KeyKind::special, 0, 3 + random() % 3, 0};
        case 1:
            return {KeyKind::native, no_module, 0x7000 + random() % 3, key_flags::guessed};
        case 2:
        case 3: {
            const auto code = static_cast<std::uint32_t>(random() % tree.codes.size());
            return {KeyKind::python, code, 1 + random() % 3, 0};
        }
        default:
            break;
    }
    const auto module = static_cast<std::uint32_t>(random() % tree.modules.size());
    return {KeyKind::native, module, 0x1000 + random() % 5, static_cast<std::uint32_t>(random() % 2)};
}

std::string name_of(const Module& module) {
    return module.build_id.empty() ? module.path + "#" + std::to_string(module.identity) : module.build_id;
}

std::string name_of(const Tree& tree, const Key& key) {
    const std::string place = std::to_string(key.value) + "," + std::to_string(key.flags);
    switch (key.kind) {
        case KeyKind::root:
            return "root";
        case KeyKind::special:
            return "special " + place;
        case KeyKind::native:
            return (key.index == no_module ? "nowhere" : name_of(tree.modules[key.index])) + "!" + place;
        case KeyKind::python:
            break;
    }
    const Code& code = tree.codes[key.index];
    return code.file + ":" + code.qualname + ":" + code.name + ":" + std::to_string(code.first_line) + ":" + place;
}

std::string name_of(const Process& process) {
    return process.host + "/" + std::to_string(process.pid) + "/" + std::to_string(process.started_realtime_ns);
}

void add_calls(Tree& tree, std::mt19937& random) {
    for (int i = 0; i < 30; ++i) {
        const std::uint64_t count = 1 + random() % 5;
        tree.calls.push_back({.context = static_cast<std::uint32_t>(random() % tree.contexts.size()),
                              .thread = static_cast<std::uint32_t>(random() % tree.threads.size()),
                              .name = random() % 2 == 0 ? "MPI_Send" : "MPI_Recv",
                              .ranks = static_cast<std::uint32_t>(random() % 3),
                              .peer = wire::CallPeer::rank,
                              .size_class = static_cast<std::uint8_t>(random() % 4),
                              .kind = wire::CallKind::point,
                              .count = count,
                              .bytes = random() % 1000,
                              .time_ns = 100 * count,
                              .shortest_ns = random() % 100,
                              .longest_ns = 100 + random() % 100,
                              .synchronising_ns = random() % 2});
    }
}

void add_moments(Tree& tree, std::mt19937& random) {
    for (int i = 0; i < 40; ++i)
        tree.moments.push_back(
            {static_cast<std::uint32_t>(random() % 50), static_cast<std::uint32_t>(random() % tree.contexts.size()),
             static_cast<std::uint32_t>(random() % tree.threads.size()), static_cast<std::uint32_t>(random() % 3)});
}

void add_measures(Tree& tree, std::mt19937& random) {
    for (const char* name : {"faults", "perf::CYCLES", "off_cpu"}) {
        if (random() % 3 == 0) continue;
        const bool is_time = name[0] == 'o';
        Measure measure{name, is_time ? wire::MetricUnit::nanoseconds : wire::MetricUnit::count, {}};
        for (Value value : tree.values) {
            value.weight_ns = 1 + random() % 100'000;
            if (random() % 2 == 0) measure.values.push_back(value);
        }
        tree.measures.push_back(std::move(measure));
    }
}

void add_meaning(const Tree& tree, const std::vector<std::string>& paths, const std::string& metric,
                 const std::vector<Value>& values, Meaning& meaning) {
    for (const Value& value : values) {
        const Thread& thread = tree.threads[value.thread];
        auto& sum = meaning[metric + name_of(tree.processes[thread.process]) + "|" + std::to_string(thread.tid) + "|" +
                            paths[value.context]];
        sum.first += value.samples;
        sum.second += value.weight_ns;
    }
}

}  // namespace

Tree random_tree(std::mt19937& random, std::uint32_t contexts) {
    Tree tree;
    add_world(tree, random);
    add_threads(tree, random);
    tree.contexts = {Context{}};
    std::set<std::pair<std::uint32_t, Key>> known;
    for (std::uint32_t i = 1; i < contexts; ++i) {
        const auto parent = static_cast<std::uint32_t>(random() % tree.contexts.size());
        const Key key = random_key(tree, random);
        if (known.emplace(parent, key).second) tree.contexts.push_back({parent, key});
    }
    for (std::uint32_t context = 0; context < tree.contexts.size(); ++context) {
        for (std::uint32_t thread = 0; thread < tree.threads.size(); ++thread) {
            if (random() % 3 != 0) continue;
            const std::uint64_t samples = 1 + random() % 200;
            const std::uint64_t late = random() % 10 == 0 ? random() % 50 : 0;
            const std::uint64_t odd = random() % 100 == 0 ? 1 : 0;
            tree.values.push_back({context, thread, samples, (samples + late) * period_ns + odd});
        }
    }
    add_measures(tree, random);
    add_calls(tree, random);
    add_moments(tree, random);
    tree.notes = {"note " + std::to_string(random() % 3)};
    return tree;
}

Meaning meaning_of(const Tree& tree) {
    std::vector<std::string> paths(tree.contexts.size());
    for (std::size_t i = 1; i < paths.size(); ++i)
        paths[i] = paths[tree.contexts[i].parent] + " > " + name_of(tree, tree.contexts[i].key);
    Meaning meaning;
    add_meaning(tree, paths, "", tree.values, meaning);
    for (const Measure& measure : tree.measures)
        add_meaning(tree, paths, measure.name + " of ", measure.values, meaning);
    for (const Call& call : tree.calls) {
        const std::string who = name_of(tree.processes[tree.threads[call.thread].process]) + "|" +
                                std::to_string(tree.threads[call.thread].tid) + "|" + paths[call.context];
        auto& sum =
            meaning[call.name + std::to_string(call.ranks) + "," + std::to_string(call.size_class) + " of " + who];
        sum.first += call.count;
        sum.second += call.time_ns + call.bytes + call.synchronising_ns;
    }
    for (const std::string& path : paths) meaning["path" + path];
    for (const Module& module : tree.modules) meaning["module " + name_of(module)];
    for (const Thread& thread : tree.threads) {
        const std::string name = name_of(tree.processes[thread.process]) + "|" + std::to_string(thread.tid);
        meaning["folded " + name].first += thread.folded;
    }
    for (const Process& process : tree.processes) {
        auto& sum = meaning["samples and expiries of " + name_of(process)];
        sum.first += process.samples;
        sum.second += process.expiries;
        for (const std::uint64_t loss : process.losses) meaning["losses of " + name_of(process)].first += loss;
        for (const std::uint32_t count : process.slices.counts) meaning["slices of " + name_of(process)].first += count;
    }
    for (const std::string& note : tree.notes) meaning[note];
    return meaning;
}

Meaning sum_of(Meaning a, const Meaning& b) {
    for (const auto& [name, figures] : b) {
        a[name].first += figures.first;
        a[name].second += figures.second;
    }
    return a;
}

}  // namespace pyprof::test_support
