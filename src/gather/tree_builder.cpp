#include "gather/tree_builder.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "gather/canonical_order.h"
#include "gather/process_facts.h"

namespace pyprof::gather {
// A build id is hex digits, so it is never equal to what stands for a file without one.
std::string identity_of(const Module& module) {
    return module.build_id.empty() ? module.path + '\0' + std::to_string(module.identity) : module.build_id;
}

std::size_t TreeBuilder::CodeHash::operator()(const Code& code) const {
    const std::hash<std::string_view> hash;
    std::size_t result = static_cast<std::size_t>(code.first_line);
    for (const std::string* text : {&code.file, &code.name, &code.qualname}) result = result * 31 + hash(*text);
    return result;
}

std::uint32_t TreeBuilder::module(const Module& module) {
    const auto [entry, is_new] =
        modules_.try_emplace(identity_of(module), static_cast<std::uint32_t>(tree_.modules.size()));
    if (is_new) {
        tree_.modules.push_back(module);
        return entry->second;
    }
    Module& known = tree_.modules[entry->second];
    known.path = std::min(known.path, module.path);
    known.identity = std::max(known.identity, module.identity);
    known.flags |= module.flags;
    return entry->second;
}

std::uint32_t TreeBuilder::code(const Code& code) {
    const auto [entry, is_new] = codes_.try_emplace(code, static_cast<std::uint32_t>(tree_.codes.size()));
    if (is_new) tree_.codes.push_back(code);
    return entry->second;
}

std::uint32_t TreeBuilder::context(std::uint32_t parent, const Key& key) {
    return contexts_.find_or_add(tree_.contexts, parent, key);
}

std::uint32_t TreeBuilder::process(const Process& process) {
    const auto [entry, is_new] =
        processes_.try_emplace(ProcessKey{process.host, process.pid, process.started_realtime_ns},
                               static_cast<std::uint32_t>(tree_.processes.size()));
    if (is_new) {
        tree_.processes.push_back(process);
    } else {
        merge_process(tree_.processes[entry->second], process);
    }
    return entry->second;
}

std::uint32_t TreeBuilder::thread(const Thread& thread) {
    const auto [entry, is_new] =
        threads_.try_emplace(ThreadKey{thread.process, thread.tid, thread.started_ns, thread.folded != 0},
                             static_cast<std::uint32_t>(tree_.threads.size()));
    if (is_new) {
        tree_.threads.push_back(thread);
    } else {
        merge_thread(tree_.threads[entry->second], thread);
    }
    return entry->second;
}

void TreeBuilder::value(const Value& value) {
    if (value.samples != 0 || value.weight_ns != 0) tree_.values.push_back(value);
}

std::uint32_t TreeBuilder::measure(const std::string& name, wire::MetricUnit unit) {
    const auto [entry, is_new] = measures_.try_emplace(name, static_cast<std::uint32_t>(tree_.measures.size()));
    if (is_new) tree_.measures.push_back({name, unit, {}});
    return entry->second;
}

void TreeBuilder::measured(std::uint32_t measure, const Value& value) {
    if (value.weight_ns != 0) tree_.measures[measure].values.push_back(value);
}

void TreeBuilder::call(Call call) {
    if (call.count != 0) tree_.calls.push_back(std::move(call));
}

void TreeBuilder::moment(const Moment& moment) { tree_.moments.push_back(moment); }

void TreeBuilder::note(std::string sentence) { tree_.notes.push_back(std::move(sentence)); }

Tree TreeBuilder::finish() {
    Tree tree = std::move(tree_);
    *this = TreeBuilder{};
    order(tree);
    return tree;
}

}  // namespace pyprof::gather
