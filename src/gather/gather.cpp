#include "gather/gather.h"

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "base/saturate.h"
#include "gather/jit_code.h"
#include "gather/line_table.h"
#include "gather/process_facts.h"
#include "gather/text.h"
#include "gather/tree_builder.h"

namespace pyprof::gather {
namespace {

namespace node_key = wire::node_key;

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

Code code_of(const wire::DecodedCode& decoded) {
    const wire::CodeRecord& record = decoded.record;
    const auto text = [&](std::string_view stored, wire::TextKind kind, std::uint8_t cut) {
        std::string result = to_utf8(stored, kind);
        if ((record.truncated & cut) != 0) result += cut_mark;
        return result;
    };
    Code code;
    code.file = text(decoded.file, record.file_kind, wire::code_truncated::file);
    code.name = text(decoded.name, record.name_kind, wire::code_truncated::name);
    code.qualname = text(decoded.qualname, record.qualname_kind, wire::code_truncated::qualname);
    if (code.qualname.empty()) code.qualname = code.name;  // CPython before 3.11 has none
    code.first_line = record.first_line;
    if (record.is_task != 0) code.name = code.qualname = "[task " + code.name + "]";
    return code;
}

bool is_special(std::uint64_t key, wire::Special what) {
    return node_key::kind(key) == node_key::special && node_key::special_of(key) == static_cast<std::uint64_t>(what);
}

class Gatherer {
public:
    Gatherer(const wire::Recording& recording, CompilerFiles& files) : in_{recording}, files_{files} {}

    Tree run() {
        process_ = out_.process(process_facts(in_));
        add_modules();
        add_codes();
        for (const wire::DecodedJit& jit : in_.jits) jits_.emplace(jit.record.id, JitCode{jit});
        add_contexts();
        add_threads();
        add_values();
        add_calls();
        add_moments();
        add_notes();
        return out_.finish();
    }

private:
    struct ModuleAt {
        std::uint32_t index;
        std::uint64_t load_bias;
    };
    struct CodeAt {
        std::uint32_t index;
        LineTable lines;
    };

    void add_modules() {
        for (const wire::DecodedModule& module : in_.modules) {
            const wire::ModuleRecord& record = module.record;
            const Module address_free{module.path, to_hex(module.build_id), record.identity, record.flags};
            modules_.emplace(record.id, ModuleAt{out_.module(address_free), record.load_bias});
        }
    }

    void add_codes() {
        for (const wire::DecodedCode& code : in_.codes) {
            const wire::CodeRecord& record = code.record;
            LineTable lines{record.table_kind, record.first_line, record.first_traceable, code.table};
            codes_.emplace(record.id, CodeAt{out_.code(code_of(code)), std::move(lines)});
        }
    }

    void add_contexts() {
        std::unordered_set<std::uint32_t> spawners;
        for (const wire::ThreadRecord& thread : in_.threads) spawners.insert(thread.spawned_by);
        contexts_.reserve(in_.nodes.size());
        for (const wire::TreeNode& node : in_.nodes) {
            const std::uint32_t parent = node.parent == wire::no_node ? 0 : contexts_[node.parent];
            const std::optional<Key> key = key_of(node);
            contexts_.push_back(key ? out_.context(parent, *key) : parent);
            if (spawners.count(node.id) != 0) spawner_contexts_.emplace(node.id, contexts_.back());
        }
    }

    // nullopt for what is dissolved: the roots of threads.
    std::optional<Key> key_of(const wire::TreeNode& node) {
        switch (node_key::kind(node.key)) {
            case node_key::native:
                return native_key(node.key);
            case node_key::python:
                return python_key(node.key);
            default:
                break;
        }
        if (is_special(node.key, wire::Special::thread_root)) return std::nullopt;
        if (is_special(node.key, wire::Special::ended_threads)) {
            ended_threads_trees_.insert(node.thread);
            return std::nullopt;
        }
        return Key{KeyKind::special, 0, node_key::special_of(node.key), 0};
    }

    Key native_key(std::uint64_t key) {
        const std::uint32_t flags = ((key & node_key::return_bit) != 0 ? key_flags::return_address : 0) |
                                    ((key & node_key::guessed_bit) != 0 ? key_flags::guessed : 0);
        const std::uint64_t address = node_key::address_of(key);
        const auto jit = jits_.find(static_cast<std::uint32_t>(node_key::module_of(key)));
        if (jit != jits_.end()) return jit_key(jit->second, address, flags);
        const auto module = modules_.find(static_cast<std::uint32_t>(node_key::module_of(key)));
        if (module == modules_.end() || address < module->second.load_bias) return foreign_key(address, flags);
        return {KeyKind::native, module->second.index, address - module->second.load_bias, flags};
    }

    // Code outside every file of which no compiler told while it was made.
    Key foreign_key(std::uint64_t address, std::uint32_t flags) {
        const std::uint64_t back = (flags & key_flags::return_address) != 0 && address != 0 ? 1 : 0;
        const std::optional<JitPlace> place = files_.find(address - back);
        return place ? key_of(*place, flags) : Key{KeyKind::native, no_module, address, flags};
    }

    Key jit_key(const JitCode& jit, std::uint64_t address, std::uint32_t flags) {
        const bool is_return = (flags & key_flags::return_address) != 0;
        const std::optional<JitPlace> place = jit.place_of(address - (is_return ? 1 : 0));
        return place ? key_of(*place, flags) : foreign_key(address, flags);
    }

    Key key_of(const JitPlace& place, std::uint32_t flags) {
        return {KeyKind::python, out_.code(place.function), place.line, key_flags::jit | (flags & key_flags::guessed)};
    }

    Key python_key(std::uint64_t key) const {
        const auto code = codes_.find(static_cast<std::uint32_t>(node_key::code_of(key)));
        if (code == codes_.end())
            return {KeyKind::special, 0, static_cast<std::uint64_t>(wire::Special::unknown_code), 0};
        return {KeyKind::python, code->second.index, code->second.lines.line_of(node_key::unit_of(key)), 0};
    }

    void add_threads() {
        for (const wire::TreeNode& node : in_.nodes)
            if (has_weight(node)) sampled_.insert(node.thread);
        for (const wire::ThreadRecord& record : in_.threads) {
            const bool is_ended_threads = ended_threads_trees_.count(record.index) != 0;
            const bool only_folded = record.state == wire::ThreadState::folded && !is_ended_threads;
            if (only_folded && sampled_.count(record.index) == 0) continue;  // counted where it was folded into
            threads_.emplace(record.index, out_.thread(is_ended_threads ? ended_threads(record) : own_thread(record)));
        }
    }

    Thread own_thread(const wire::ThreadRecord& record) const {
        Thread thread;
        thread.process = process_;
        thread.tid = record.tid;
        thread.name = wire::text_of(record.name);
        const auto spawner = spawner_contexts_.find(record.spawned_by);
        thread.spawned_by = spawner == spawner_contexts_.end() ? 0 : spawner->second;
        thread.is_python = record.is_python != 0;
        const auto module = modules_.find(record.start_module);
        thread.started_in = module == modules_.end() ? 0 : module->second.index + 1;
        thread.started_ns = difference_or_zero(record.started_ns, in_.header.started_ns);
        thread.ended_ns = difference_or_zero(record.ended_ns, in_.header.started_ns);
        thread.cpu_ns = record.cpu_ns;
        return thread;
    }

    // In the record of this tree, `armed` counts the threads folded into it.
    Thread ended_threads(const wire::ThreadRecord& record) const {
        Thread thread;
        thread.process = process_;
        thread.name = wire::text_of(record.name);
        thread.folded = std::max(record.armed, 1U);
        thread.is_python = record.is_python != 0;
        thread.cpu_ns = record.cpu_ns;
        return thread;
    }

    void add_values() {
        name_measures();
        for (std::size_t i = 0; i < in_.nodes.size(); ++i) {
            const wire::TreeNode& node = in_.nodes[i];
            if (!has_weight(node)) continue;
            const Value value{charged_context(i), thread_of(node.thread), node.samples,
                              saturating_multiply(node.expiries, in_.header.period_ns)};
            add_value(value, std::span{in_.extras}.subspan(node.extras, in_.header.extra_metrics));
            add_attached(value, node);
        }
        add_unplaced();
    }

    // CPU time, and the values of the extra metrics.
    void add_value(Value value, std::span<const std::uint64_t> extras) {
        for (std::size_t k = 0; k < extras.size(); ++k)
            out_.measured(measures_[k], {value.context, value.thread, value.samples, extras[k]});
        if (in_.header.clock == wire::Clock::wall) {
            out_.measured(cpu_, value);
            if (off_cpu_) value.weight_ns = saturating_add(value.weight_ns, extras[*off_cpu_]);
        }
        out_.value(value);
    }

    // At the root of a thread's tree is what found no room for a stack below it.
    std::uint32_t charged_context(std::size_t node) {
        return contexts_[node] != 0 ? contexts_[node] : unplaced_context();
    }

    std::uint32_t unplaced_context() {
        return out_.context(0, {KeyKind::special, 0, static_cast<std::uint64_t>(wire::Special::unplaced), 0});
    }

    void add_unplaced() {
        const auto metrics = std::span{in_.header.unplaced}.first(in_.header.extra_metrics);
        const bool waited = std::any_of(metrics.begin(), metrics.end(), [](std::uint64_t value) { return value != 0; });
        if (in_.header.unplaced_expiries == 0 && !waited) return;
        Thread thread;
        thread.process = process_;
        thread.name = "threads without room";
        add_value({unplaced_context(), out_.thread(thread), 0,
                   saturating_multiply(in_.header.unplaced_expiries, in_.header.period_ns)},
                  metrics);
    }

    // Of the CPU time, what the thread spent attached to the interpreter.
    void add_attached(Value value, const wire::TreeNode& node) {
        if (!attached_ || node.attached == 0) return;
        value.samples = std::min<std::uint64_t>(value.samples, node.attached);
        value.weight_ns = saturating_multiply(node.attached, in_.header.period_ns);
        out_.measured(*attached_, value);
    }

    void name_measures() {
        for (std::uint32_t k = 0; k < in_.header.extra_metrics; ++k) {
            const wire::MetricInfo& metric = in_.header.metrics[k];
            const bool is_time = metric.unit == wire::MetricUnit::nanoseconds;
            const std::string name = wire::text_of(metric.name);
            measures_.push_back(out_.measure(name.empty() ? "(unnamed)" : name,
                                             is_time ? wire::MetricUnit::nanoseconds : wire::MetricUnit::count));
            if (name == wire::off_cpu_metric) off_cpu_ = k;
        }
        if (in_.header.clock == wire::Clock::wall) cpu_ = out_.measure("cpu", wire::MetricUnit::nanoseconds);
        if (in_.header.python_version == 0 || in_.header.python_disabled != 0) return;
        const bool has_lock = in_.header.free_threaded == 0;
        attached_ =
            out_.measure(has_lock ? wire::gil_held_metric : wire::attached_metric, wire::MetricUnit::nanoseconds);
    }

    bool has_weight(const wire::TreeNode& node) const {
        bool any = node.expiries != 0 || node.samples != 0;
        for (std::uint32_t k = 0; k < in_.header.extra_metrics; ++k) any = any || in_.extras[node.extras + k] != 0;
        return any;
    }

    void add_calls() {
        for (const wire::DecodedCall& decoded : in_.calls) {
            const wire::CallRow& row = decoded.row;
            const bool is_python = node_key::kind(row.place) == node_key::python;
            const Key caller = is_python ? python_key(row.place) : native_key(row.place);
            out_.call({.context = out_.context(0, caller),
                       .thread = thread_of(decoded.thread),
                       .name = wire::text_of(row.name),
                       .ranks = row.ranks,
                       .peer = row.peer,
                       .size_class = row.size_class,
                       .kind = row.kind,
                       .count = row.count,
                       .bytes = row.bytes,
                       .time_ns = call_ns(row.time),
                       .shortest_ns = call_ns(std::min(row.shortest, row.longest)),
                       .longest_ns = call_ns(row.longest),
                       .synchronising_ns = call_ns(row.synchronising)});
        }
    }

    void add_moments() {
        for (const wire::DecodedMoment& moment : in_.moments) {
            const std::uint32_t thread = thread_of(in_.nodes[moment.node].thread);
            out_.moment({moment.time, charged_context(moment.node), thread, in_.header.moment_shift});
        }
    }

    std::uint64_t call_ns(std::uint64_t time) const {
        return in_.header.call_clock == wire::CallClock::ticks ? ticks_to_ns(time, in_.header.ticks_per_ms) : time;
    }

    // A tree whose thread record is lost gets a thread without a name.
    std::uint32_t thread_of(std::uint32_t index) {
        const auto known = threads_.find(index);
        if (known != threads_.end()) return known->second;
        Thread thread;
        thread.process = process_;
        return threads_.emplace(index, out_.thread(thread)).first->second;
    }

    void add_notes() {
        const std::string of = "the recording of process " + std::to_string(in_.header.pid) + " on " +
                               (in_.header.host[0] != '\0' ? wire::text_of(in_.header.host) : "an unknown host");
        const std::string uncounted = wire::text_of(in_.header.counter_message);
        if (!uncounted.empty())
            out_.note("events that cannot be counted on " + wire::text_of(in_.header.host) + ": " + uncounted);
        if (in_.missing_bytes != 0) {
            out_.note(of + " is cut: " + std::to_string(in_.missing_bytes) + " of " +
                      std::to_string(saturating_add(in_.file_bytes, in_.missing_bytes)) + " bytes are missing");
        }
        if (in_.damaged_bytes != 0)
            out_.note(of + " is damaged: " + std::to_string(in_.damaged_bytes) + " bytes could not be read");
        if (in_.detached_nodes != 0)
            out_.note(of + " has " + std::to_string(in_.detached_nodes) + " call paths whose callers are lost");
        for (const std::string& note : files_.notes()) out_.note(of + ": " + note);
    }

    const wire::Recording& in_;
    CompilerFiles& files_;
    TreeBuilder out_;
    std::uint32_t process_ = 0;
    std::unordered_map<std::uint32_t, ModuleAt> modules_;                // by module id
    std::unordered_map<std::uint32_t, CodeAt> codes_;                    // by code id
    std::unordered_map<std::uint32_t, JitCode> jits_;                    // by module id
    std::vector<std::uint32_t> contexts_;                                // of each node
    std::unordered_map<std::uint32_t, std::uint32_t> spawner_contexts_;  // by node id, only those that are wanted
    std::unordered_set<std::uint32_t> ended_threads_trees_;              // thread indexes
    std::unordered_set<std::uint32_t> sampled_;                          // thread indexes
    std::unordered_map<std::uint32_t, std::uint32_t> threads_;           // by thread index
    std::vector<std::uint32_t> measures_;                                // of each extra metric
    std::uint32_t cpu_ = 0;                                              // measure of a wall clock's CPU time
    std::optional<std::uint32_t> off_cpu_;                               // which extra metric it is
    std::optional<std::uint32_t> attached_;                              // measure, where an interpreter is read
};

}  // namespace

Tree gather(const wire::Recording& recording, CompilerFiles files) { return Gatherer{recording, files}.run(); }

}  // namespace pyprof::gather
