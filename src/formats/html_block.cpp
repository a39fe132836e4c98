#include "formats/html_block.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/html_columns.h"
#include "formats/html_facts.h"
#include "formats/html_moments.h"
#include "formats/html_timeline.h"
#include "formats/html_tree.h"
#include "profile/categories.h"
#include "profile/moments.h"
#include "profile/mpi_calls.h"
#include "profile/select.h"
#include "profile/views.h"

namespace pyprof::formats {
namespace {

using nlohmann::json;
using profile::Profile;

constexpr std::string_view magic = "pyprofh1";

void append_number(std::string& out, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift & 0xff);
}

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

// What contexts do: activity, category, and whether their own time is a kernel's.
void add_uses(Columns& columns, const Profile& profile, const PageTree& tree) {
    const std::vector<profile::Category> activities = profile::activities(profile);
    const std::vector<profile::Category> categories = profile::categories(profile);
    const std::vector<std::uint32_t> kernels = profile::kernel_keys(profile);
    std::vector<std::uint32_t> uses(tree.contexts.size());
    for (std::size_t i = kernels.size(); i-- > 0;) {  // where several share a place, the caller stands for them
        uses[tree.place[i]] = static_cast<std::uint32_t>(activities[i]) |
                              static_cast<std::uint32_t>(categories[i]) << 4 |
                              (kernels[i] == profile::none ? 0U : 0x100U);
    }
    columns.add("context.use", uses, [](std::uint32_t use) { return use; });
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
    columns.add_wide("value.extra", tree.values, extra);
}

void add_measures(Columns& columns, const Profile& profile, const PageTree& tree) {
    using profile::Value;
    for (std::size_t i = 0; i < profile.measures.size(); i++) {
        const std::string prefix = "measure" + std::to_string(i);
        const std::vector<Value> values = placed(profile.measures[i].values, tree);
        std::uint32_t last = 0;
        columns.add(prefix + ".step", values,
                    [&](const Value& v) { return v.context - std::exchange(last, v.context); });
        columns.add(prefix + ".thread", values, [](const Value& v) { return v.thread; });
        columns.add_wide(prefix + ".weight", values, [](const Value& v) { return v.weight; });
    }
}

// Figures of single ranks take rows × ranks numbers: rows with the longest time have them.
constexpr std::size_t most_rank_figures = 1 << 17;

json call_of(const Profile& profile, const profile::MpiRow& row) {
    constexpr const char* waits[] = {"never", "at_most", "measured"};
    json entry = {{"call", row.call}, {"time_ns", row.time()}, {"samples", row.cost.total.samples}};
    if (row.caller != profile::none) {
        const profile::Location& caller = profile.locations[row.caller];
        const profile::Function& function = profile.functions[caller.function];
        entry.update({{"function", function.name}, {"file", function.file}, {"line", caller.line}});
    }
    if (const auto& spread = row.time_ranks())
        entry["time_ranks"] = {
            {"min", spread->min}, {"mean", spread->mean}, {"max", spread->max}, {"argmax", spread->argmax}};
    if (!row.counted) return entry;
    const profile::CountedCalls& calls = *row.counted;
    entry["counted"] = {{"kind", name_of(calls.kind)},
                        {"count", calls.count},
                        {"bytes", calls.bytes},
                        {"shortest_ns", calls.shortest_ns},
                        {"longest_ns", calls.longest_ns},
                        {"wait_ns", calls.wait_ns},
                        {"waiting", waits[static_cast<std::size_t>(calls.waiting)]},
                        {"latest_rank", calls.latest_rank()}};
    if (const char* state = name_of(calls.wait_state)) entry["counted"]["wait_state"] = state;
    return entry;
}

json calls_of(Columns& columns, const Profile& profile) {
    const Profile shown = profile::without_machinery(profile);
    const std::vector<profile::MpiRow> rows = profile::mpi_rows(shown);
    const std::vector<std::int32_t> ranks = profile::ranks_of(shown);
    const std::size_t detailed = std::min(rows.size(), ranks.empty() ? 0 : most_rank_figures / ranks.size());
    json list = json::array();
    std::vector<std::uint64_t> times, waits;
    for (std::size_t i = 0; i < rows.size(); i++) {
        list.push_back(call_of(shown, rows[i]));
        if (i >= detailed) continue;
        const profile::CountedCalls calls = rows[i].counted.value_or(profile::CountedCalls{});
        for (std::size_t rank = 0; rank < ranks.size(); rank++) {
            times.push_back(rank < calls.time_by_rank.size() ? calls.time_by_rank[rank] : 0);
            waits.push_back(rank < calls.wait_by_rank.size() ? calls.wait_by_rank[rank] : 0);
        }
    }
    const auto same = [](std::uint64_t figure) { return figure; };
    columns.add_wide("mpi.time", times, same);
    columns.add_wide("mpi.wait", waits, same);
    return {{"ranks", ranks}, {"time_of_ranks_ns", profile::time_of_ranks(profile)}, {"rows", list}};
}

json sources_of(const PageParts& parts) {
    json list = json::array();
    for (const sources::Excerpt& excerpt : parts.sources)
        list.push_back({{"file", excerpt.file},
                        {"first_line", excerpt.first_line},
                        {"lines", excerpt.lines},
                        {"newer", excerpt.is_newer}});
    return list;
}

json opening_of(const Opening& opening) {
    return {{"rank", opening.rank ? json(*opening.rank) : json{}}, {"metric", opening.metric}};
}

// Texts that are no UTF-8 keep what can be read of them.
std::string text_of(const json& header) { return header.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string html_block(const Profile& profile, const PageParts& parts, std::size_t most_contexts) {
    if (profile.moments.size() > profile::most_moments) {
        Profile fewer = profile;
        profile::bound_moments(fewer, profile::most_moments);
        return html_block(fewer, parts, most_contexts);
    }
    const std::span<const profile::Value> beside =
        parts.difference ? std::span{parts.difference->before} : std::span<const profile::Value>{};
    const PageTree tree = page_tree(profile, most_contexts, beside);
    Strings strings;
    Columns columns;
    add_functions(columns, strings, profile);
    add_locations(columns, profile);
    add_contexts(columns, tree);
    add_uses(columns, profile, tree);
    add_values(columns, tree, profile.run.period_ns);
    add_measures(columns, profile, tree);
    json header = page_facts(profile);
    header["calls"] = calls_of(columns, profile);
    add_timeline(columns, header["processes"], profile);
    if (parts.difference) header["difference"] = difference_of(columns, tree, *parts.difference);
    if (!parts.comparison.is_null()) header["comparison"] = parts.comparison;
    add_moments(columns, header, profile, tree);
    header["findings"] = parts.findings;
    header["opening"] = opening_of(parts.opening);
    header["pruned"] = {{"contexts", tree.pruned_contexts}, {"weight", tree.pruned_weight}};
    header["strings"] = strings.list();
    header["columns"] = columns.index();
    const std::string texts = text_of(sources_of(parts));
    header["sources_bytes"] = texts.size();
    const std::string head = text_of(header);
    std::string block{magic};
    append_number(block, static_cast<std::uint32_t>(head.size()));
    return block + head + columns.bytes() + texts;
}

}  // namespace pyprof::formats
