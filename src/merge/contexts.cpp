#include "merge/contexts.h"

#include <utility>

#include "profile/sums.h"

namespace pyprof::merge {
namespace {

constexpr std::array every_below{Below::work, Below::wrapper, Below::extension, Below::python};

std::uint8_t bit(Below below) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(below)); }

// What the caller of these frames sees below itself, `below` being what lies below the last of them.
Below seen_from_caller(std::span<const NamedFrame> frames, Below below) {
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) below = seen_from_caller(frame->kind, below);
    return below;
}

Above with_frames(Above above, std::span<const NamedFrame> frames) {
    for (const NamedFrame& frame : frames) above = with_frame(above, frame.kind);
    return above;
}

}  // namespace

ContextMap::ContextMap(const gather::Tree& tree, Names& names, Tables& tables)
    : tree_{tree}, needed_(tree.contexts.size(), 0), above_(tree.contexts.size()), map_(tree.contexts.size()) {
    find_needed(names);
    map_[0].fill(tables.context({}));
    for (std::uint32_t context = 1; context < tree.contexts.size(); context++) make(context, names, tables);
}

// Callees have larger numbers than callers, so one pass from the end tells every context what lies below it.
void ContextMap::find_needed(Names& names) {
    for (const gather::Value& value : tree_.values) needed_[value.context] |= bit(Below::work);
    for (const gather::Measure& measure : tree_.measures)
        for (const gather::Value& value : measure.values) needed_[value.context] |= bit(Below::work);
    for (const gather::Call& call : tree_.calls) needed_[call.context] |= bit(Below::work);
    for (const gather::Moment& moment : tree_.moments) needed_[moment.context] |= bit(Below::work);
    for (const gather::Thread& thread : tree_.threads) needed_[thread.spawned_by] |= bit(Below::work);
    for (std::size_t context = tree_.contexts.size() - 1; context > 0; context--) {
        if (needed_[context] == 0) continue;
        const std::span<const NamedFrame> frames = names.frames(tree_.contexts[context].key);
        for (const Below below : every_below) {
            if ((needed_[context] & bit(below)) == 0) continue;
            needed_[tree_.contexts[context].parent] |= bit(seen_from_caller(frames, below));
        }
    }
}

void ContextMap::make(std::uint32_t context, Names& names, Tables& tables) {
    map_[context].fill(profile::none);
    if (needed_[context] == 0) return;
    const std::uint32_t parent = tree_.contexts[context].parent;
    if (parent != 0) above_[context] = with_frames(above_[parent], names.frames(tree_.contexts[parent].key));
    const std::span<const NamedFrame> frames = names.frames(tree_.contexts[context].key);
    for (const Below below : every_below) {
        if ((needed_[context] & bit(below)) == 0) continue;
        const std::uint32_t caller = map_[parent][static_cast<std::size_t>(seen_from_caller(frames, below))];
        map_[context][static_cast<std::size_t>(below)] = extend(caller, above_[context], below, frames, tables);
    }
}

std::uint32_t ContextMap::extend(std::uint32_t parent, Above above, Below below, std::span<const NamedFrame> frames,
                                 Tables& tables) {
    for (std::size_t i = 0; i < frames.size(); i++) {
        const NamedFrame& frame = frames[i];
        std::uint32_t function = frame.function;
        const profile::Function& plain = tables.function_at(function);
        if (is_machinery({frame.kind, plain.name, plain.named}, above,
                         seen_from_caller(frames.subspan(i + 1), below))) {
            profile::Function hidden = plain;
            hidden.machinery = true;
            function = tables.function(hidden);
        }
        const std::uint32_t location = tables.location({function, frame.line, frame.inlined, frame.guessed});
        parent = tables.context({parent, location});
        above = with_frame(above, frame.kind);
    }
    return parent;
}

std::vector<profile::Value> map_values(const std::vector<gather::Value>& gathered, const ContextMap& contexts) {
    std::vector<profile::Value> values;
    values.reserve(gathered.size());
    for (const gather::Value& value : gathered) {
        if (value.samples == 0 && value.weight_ns == 0) continue;
        values.push_back({contexts.at(value.context), value.thread, value.samples, value.weight_ns});
    }
    return profile::sorted_sums(std::move(values));
}

}  // namespace pyprof::merge
