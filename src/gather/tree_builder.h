#pragma once
// The only way trees are put together: whatever is added, equal modules, codes, contexts, processes and threads become
// one, and `finish` gives the one canonical form, the same for every order in which it was added.
//
// What is the same:
//   module   the same build id; without one, the same path and identity. The smallest path stands for all.
//   code     all fields
//   context  the same key below the same parent
//   process  the same host, pid and start; its figures are added up (process_facts.h)
//   thread   of one process the same tid and start; all folded threads of a process
// Not for the signal side; one thread at a time.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "gather/context_index.h"
#include "gather/tree.h"

namespace pyprof::gather {

// What makes a module the same in two trees.
std::string identity_of(const Module& module);

class TreeBuilder {
public:
    // Each gives the index in the tree being built, which is good until `finish`.
    std::uint32_t module(const Module& module);
    std::uint32_t code(const Code& code);
    std::uint32_t context(std::uint32_t parent, const Key& key);
    std::uint32_t process(const Process& process);
    // `thread.process` and `thread.spawned_by` are indices given here. Where two entries of one thread disagree on
    // the context that created it, the one added first stays; agents write the same into both.
    std::uint32_t thread(const Thread& thread);
    // Adds to what the (context, thread) has.
    void value(const Value& value);
    // The number of the measure of this name, for `measured`.
    std::uint32_t measure(const std::string& name, wire::MetricUnit unit);
    void measured(std::uint32_t measure, const Value& value);
    // Adds to the same calls of the same thread.
    void call(Call call);
    void moment(const Moment& moment);
    void note(std::string sentence);

    // The canonical form (canonical_order.h). The builder is empty afterwards.
    Tree finish();

private:
    struct CodeHash {
        std::size_t operator()(const Code& code) const;
    };
    using ProcessKey = std::tuple<std::string, std::int32_t, std::uint64_t>;
    using ThreadKey = std::tuple<std::uint32_t, std::int32_t, std::uint64_t, bool>;

    Tree tree_{{}, {}, {Context{}}, {}, {}, {}, {}};
    ContextIndex contexts_;
    std::unordered_map<std::string, std::uint32_t> modules_;
    std::unordered_map<Code, std::uint32_t, CodeHash> codes_;
    std::map<ProcessKey, std::uint32_t> processes_;
    std::map<ThreadKey, std::uint32_t> threads_;
    std::map<std::string, std::uint32_t> measures_;
};

}  // namespace pyprof::gather
