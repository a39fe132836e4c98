#include "formats/html_block.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "formats/html_tree.h"

namespace pyprof::formats {
namespace {

using nlohmann::json;
using profile::Profile;

constexpr std::string_view magic = "pyprofh1";

// Texts by number, each once.
class Strings {
public:
    std::uint32_t number(const std::string& text) {
        const auto [found, is_new] = numbers_.emplace(text, static_cast<std::uint32_t>(list_.size()));
        if (is_new) list_.push_back(text);
        return found->second;
    }
    json list() const { return list_; }

private:
    std::unordered_map<std::string, std::uint32_t> numbers_;
    std::vector<std::string> list_;
};

void append_number(std::string& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift & 0xff);
}

// Named columns of 32-bit numbers, in the order in which they are added.
class Columns {
public:
    // One number, `row(entry)`, for every entry. The lowest bytes of all numbers come first, then the second ones, and
    // so on: most numbers are small, and runs of zeros compress a third better than zeros in threes.
    template <class Entries, class Row>
    void add(const char* name, const Entries& entries, Row row) {
        std::vector<std::uint32_t> numbers;
        numbers.reserve(entries.size());
        for (const auto& entry : entries) numbers.push_back(row(entry));
        for (int shift = 0; shift < 32; shift += 8) {
            for (const std::uint32_t number : numbers) bytes_ += static_cast<char>(number >> shift & 0xff);
        }
        index_.push_back({{"name", name}, {"length", numbers.size()}});
    }
    const json& index() const { return index_; }
    const std::string& bytes() const { return bytes_; }

private:
    json index_ = json::array();
    std::string bytes_;
};

void add_functions(Columns& columns, Strings& strings, const Profile& profile) {
    using profile::Function;
    const auto& functions = profile.functions;
    columns.add("function.name", functions, [&](const Function& f) { return strings.number(f.name); });
    columns.add("function.file", functions, [&](const Function& f) { return strings.number(f.file); });
    columns.add("function.line", functions, [](const Function& f) { return f.first_line; });
    columns.add("function.module", functions, [](const Function& f) { return f.module; });
    columns.add("function.flags", functions, [](const Function& f) {
        return static_cast<std::uint32_t>(f.domain) | (f.machinery ? 0x100U : 0U) | (f.named ? 0x200U : 0U) |
               (f.name == profile::worker_threads_name ? 0x400U : 0U);
    });
}

void add_locations(Columns& columns, const Profile& profile) {
    using profile::Location;
    const auto& locations = profile.locations;
    columns.add("location.function", locations, [](const Location& l) { return l.function; });
    columns.add("location.line", locations, [](const Location& l) { return l.line; });
    columns.add("location.flags", locations,
                [](const Location& l) { return (l.inlined ? 1U : 0U) | (l.guessed ? 2U : 0U); });
}

void add_contexts(Columns& columns, const PageTree& tree) {
    using profile::Context;
    std::uint32_t index = 0;
    columns.add("context.up", tree.contexts, [&](const Context& c) { return index++ - c.parent; });
    columns.add("context.location", tree.contexts,
                [](const Context& c) { return c.location == profile::none ? 0 : c.location; });
}

// The weight is written as its difference from samples × period, which is usually 0 and compresses to nothing.
void add_values(Columns& columns, const PageTree& tree, std::uint64_t period_ns) {
    using profile::Value;
    const auto samples = [](const Value& v) {
        return static_cast<std::uint32_t>(
            std::min<std::uint64_t>(v.samples, std::numeric_limits<std::uint32_t>::max()));
    };
    const auto extra = [&](const Value& v) { return v.weight - samples(v) * period_ns; };
    std::uint32_t last = 0;
    columns.add("value.step", tree.values, [&](const Value& v) { return v.context - std::exchange(last, v.context); });
    columns.add("value.thread", tree.values, [](const Value& v) { return v.thread; });
    columns.add("value.samples", tree.values, samples);
    columns.add("value.extra_low", tree.values, [&](const Value& v) { return static_cast<std::uint32_t>(extra(v)); });
    columns.add("value.extra_high", tree.values,
                [&](const Value& v) { return static_cast<std::uint32_t>(extra(v) >> 32); });
}

json run_of(const profile::Run& run) {
    return {{"command", run.command}, {"script", run.script},
            {"ranks", run.ranks},     {"hosts", run.hosts},
            {"wall_ns", run.wall_ns}, {"started_realtime_ms", run.started_realtime_ns / 1'000'000},
            {"cpu_ns", run.cpu_ns},   {"mode", run.mode},
            {"rate_hz", run.rate_hz}, {"period_ns", run.period_ns},
            {"pythons", run.pythons}, {"mpi", run.mpi},
            {"version", run.version}, {"notes", run.notes}};
}

json quality_of(const profile::Quality& q) {
    json lost = json::array();
    for (const profile::Loss& loss : q.lost) lost.push_back({{"cause", loss.cause}, {"count", loss.count}});
    return {{"samples", q.samples},
            {"expected", q.expected},
            {"rate_delivered_hz", q.rate_delivered_hz},
            {"cpu_covered", q.cpu_covered},
            {"lost", lost},
            {"unwind_complete", q.unwind_complete},
            {"unwind_fallback", q.unwind_fallback},
            {"unwind_truncated", q.unwind_truncated},
            {"merge_exact", q.merge_exact},
            {"merge_inexact", q.merge_inexact},
            {"merge_none", q.merge_none},
            {"unresolved_native", q.unresolved_native},
            {"native", q.native},
            {"handler_ns", q.handler_ns},
            {"handler_median_ns", q.handler_median_ns},
            {"handler_p99_ns", q.handler_p99_ns},
            {"handler_max_ns", q.handler_max_ns},
            {"damaged_bytes", q.damaged_bytes}};
}

json modules_of(const Profile& profile) {
    json list = json::array();
    for (const profile::Module& m : profile.modules) {
        list.push_back(
            {{"path", m.path}, {"build_id", m.build_id}, {"version", m.version}, {"names_from", m.names_from}});
    }
    return list;
}

json processes_of(const Profile& profile) {
    json list = json::array();
    for (const profile::Process& p : profile.processes) {
        list.push_back({{"rank", p.rank},
                        {"pid", p.pid},
                        {"host", p.host},
                        {"executable", p.executable},
                        {"python", p.python},
                        {"python_message", p.python_message},
                        {"state", p.state},
                        {"wall_ns", p.wall_ns},
                        {"cpu_ns", p.cpu_ns}});
    }
    return list;
}

json threads_of(const Profile& profile) {
    json list = json::array();
    for (const profile::Thread& t : profile.threads) {
        list.push_back({{"process", t.process},
                        {"tid", t.tid},
                        {"name", t.name},
                        {"is_python", t.is_python},
                        {"folded", t.folded}});
    }
    return list;
}

json metric_of(const Profile& profile) { return {{"name", profile.metric.name}, {"unit", profile.metric.unit}}; }

// Texts that are no UTF-8 keep what can be read of them.
std::string text_of(const json& header) { return header.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string html_block(const Profile& profile, std::size_t most_contexts) {
    const PageTree tree = page_tree(profile, most_contexts);
    Strings strings;
    Columns columns;
    add_functions(columns, strings, profile);
    add_locations(columns, profile);
    add_contexts(columns, tree);
    add_values(columns, tree, profile.run.period_ns);
    const std::string header = text_of({
        {"run", run_of(profile.run)},
        {"quality", quality_of(profile.quality)},
        {"metric", metric_of(profile)},
        {"pruned", {{"contexts", tree.pruned_contexts}, {"weight", tree.pruned_weight}}},
        {"strings", strings.list()},
        {"modules", modules_of(profile)},
        {"processes", processes_of(profile)},
        {"threads", threads_of(profile)},
        {"columns", columns.index()},
    });
    std::string block{magic};
    append_number(block, static_cast<std::uint32_t>(header.size()));
    return block + header + columns.bytes();
}

}  // namespace pyprof::formats
