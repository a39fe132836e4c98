#include "report/tables.h"

#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <memory>
#include <optional>

#include "profile/interval.h"
#include "profile/mpi_calls.h"
#include "profile/ratios.h"
#include "profile/tree.h"
#include "profile/views.h"
#include "report/sources.h"
#include "report/words.h"

namespace pyprof::report {
namespace {

using profile::Category;
using profile::Location;
using profile::Process;
using profile::Profile;
using profile::Spread;
using profile::Waiting;

// One column of a list and how to fill it.
template <class Row>
struct Field {
    Column column;
    std::function<Cell(const Row&)> cell;
};

template <class Row>
using Fields = std::vector<Field<Row>>;

template <class Row>
Table table(const std::vector<Row>& rows, const Fields<Row>& fields, std::size_t limit) {
    Table result;
    for (const Field<Row>& field : fields) result.columns.push_back(field.column);
    const std::size_t count = limit == 0 ? rows.size() : std::min(limit, rows.size());
    for (std::size_t i = 0; i < count; i++) {
        std::vector<Cell> cells;
        for (const Field<Row>& field : fields) cells.push_back(field.cell(rows[i]));
        result.rows.push_back(std::move(cells));
    }
    return result;
}

template <class Row>
Fields<Row> joined(std::initializer_list<Fields<Row>> parts) {
    Fields<Row> all;
    for (const Fields<Row>& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

Cell number_or_unknown(std::int32_t number) { return number < 0 ? unknown_cell() : text_cell(std::to_string(number)); }

// The lists of one profile.
class Lists {
public:
    Lists(const Profile& profile, std::size_t limit)
        : profile_{profile},
          limit_{limit},
          sum_{profile::sum_all(profile)},
          all_{sum_.weight},
          is_time_{profile.metric.unit == "nanoseconds"},
          ratios_{profile::ratios_of(profile)} {}

    Table functions() const {
        using Row = profile::FunctionRow;
        return table(
            profile::function_rows(profile_),
            joined<Row>(
                {figure<Row>("self", [](const Row& row) { return row.cost.self.weight; }),
                 figure<Row>("total", [](const Row& row) { return row.cost.total.weight; }),
                 sampled<Row>([](const Row& row) -> const profile::Amount& { return row.cost.self; }),
                 measured<Row>([](const Row& row) -> const profile::Amount& { return row.cost.self; }),
                 split<Row>(true),
                 spread<Row>([](const Row& row) { return row.cost.self_ranks; }),
                 {{{"domain", "domain"},
                   [this](const Row& row) { return text_cell(name_of(profile_.functions[row.function].domain)); }},
                  {{"where", "where"},
                   [this](const Row& row) {
                       return where({row.function, profile_.functions[row.function].first_line});
                   }},
                  function<Row>("function")}}),
            limit_);
    }

    Table lines() const {
        using Row = profile::LineRow;
        return table(
            profile::line_rows(profile_),
            joined<Row>({figure<Row>("self", [](const Row& row) { return row.cost.self.weight; }),
                         figure<Row>("total", [](const Row& row) { return row.cost.total.weight; }),
                         sampled<Row>([](const Row& row) -> const profile::Amount& { return row.cost.self; }),
                         measured<Row>([](const Row& row) -> const profile::Amount& { return row.cost.total; }),
                         split<Row>(false),
                         spread<Row>([](const Row& row) { return row.cost.total_ranks; }),
                         {{{"line", "where"},
                           [this](const Row& row) {
                               return where({row.function, row.line});
                           }},
                          function<Row>("function"),
                          {{"source", "source"},
                           [this, sources = std::make_shared<Sources>(profile_)](const Row& row) {
                               return text_cell(sources->line(profile_.functions[row.function], row.line));
                           }}}}),
            limit_);
    }

    Table kernels() const {
        using Row = profile::KernelRow;
        return table(profile::kernel_rows(profile_),
                     joined<Row>({figure<Row>("self", [](const Row& row) { return row.cost.self.weight; }),
                                  figure<Row>("total", [](const Row& row) { return row.cost.total.weight; }),
                                  sampled<Row>([](const Row& row) -> const profile::Amount& { return row.cost.self; }),
                                  measured<Row>([](const Row& row) -> const profile::Amount& { return row.cost.self; }),
                                  spread<Row>([](const Row& row) { return row.cost.self_ranks; }),
                                  {{{"where", "where"},
                                    [this](const Row& row) {
                                        return where({row.function, row.line});
                                    }},
                                   function<Row>("kernel"),
                                   {{"called by", "callers"}, [this](const Row& row) { return callers(row); }}}}),
                     limit_);
    }

    Table mpi() const {
        using Row = profile::MpiRow;
        using Calls = profile::CountedCalls;
        const std::uint64_t wall = profile::time_of_ranks(profile_);
        const auto share = [this, wall](const Row& row) {
            return share_cell(share_of(row.time(), row.counted ? wall : all_));
        };
        const auto time = [this](const Row& row) { return row.counted ? time_cell(row.time()) : value(row.time()); };
        return table(
            profile::mpi_rows(profile_),
            joined<Row>({{{{"time %", "time_share", true}, share},
                          {{"time", key("time"), true}, time},
                          counted<Row>("wait", "wait_ns", wait),
                          counted<Row>("for rank", "latest_rank",
                                       [](const Calls& calls) { return number_or_unknown(calls.latest_rank()); }),
                          counted<Row>("calls", "count", [](const Calls& calls) { return count_cell(calls.count); }),
                          counted<Row>("bytes", "bytes", [](const Calls& calls) { return bytes_cell(calls.bytes); })},
                         {detail(counted<Row>("kind", "kind",
                                              [](const Calls& calls) { return text_cell(name_of(calls.kind)); })),
                          detail(counted<Row>("shortest", "shortest_ns",
                                              [](const Calls& calls) { return time_cell(calls.shortest_ns); })),
                          detail(counted<Row>("longest", "longest_ns",
                                              [](const Calls& calls) { return time_cell(calls.longest_ns); })),
                          {{"samples", "samples", true, true},
                           [](const Row& row) { return count_cell(row.cost.total.samples); }}},
                         spread<Row>([](const Row& row) { return row.time_ranks(); }),
                         {{{"call", "call"}, [](const Row& row) { return text_cell(row.call); }},
                          {{"called at", "where"}, [this](const Row& row) { return where_or_unknown(row.caller); }}}}),
            limit_);
    }

    Table ranks() const {
        using Row = profile::RankRow;
        Fields<Row> fields = {
            {{"rank", "rank", true}, [](const Row& row) { return number_or_unknown(row.rank); }},
            {{"host", "host"}, [this](const Row& row) { return text_cell(profile_.processes[row.process].host); }},
            {{"pid", "pid", true},
             [this](const Row& row) { return number_or_unknown(profile_.processes[row.process].pid); }},
            {{"threads", "threads", true}, [](const Row& row) { return count_cell(row.threads); }},
            {{"wall", "wall_ns", true}, [](const Row& row) { return time_cell(row.wall_ns); }},
            {{"cpu", "cpu_ns", true}, [](const Row& row) { return time_cell(row.cpu_ns); }}};
        for (std::size_t i = 0; i < profile::category_count; i++) {
            if (!profile::is_measured(static_cast<Category>(i), profile_.run)) continue;
            fields.push_back({{profile::category_names[i], key(profile::category_names[i]), true},
                              [this, i](const Row& row) { return value(row.categories[i]); }});
        }
        const auto self = [](const Row& row) -> const profile::Amount& { return row.self; };
        return table(profile::rank_rows(profile_),
                     joined<Row>({fields, {weight<Row>(self)}, sampled<Row>(self), measured<Row>(self)}), limit_);
    }

    Table threads() const {
        using Row = profile::ThreadRow;
        const auto thread = [this](const Row& row) -> const profile::Thread& { return profile_.threads[row.thread]; };
        const auto process = [this](const Row& row) { return profile_.threads[row.thread].process; };
        return table(
            profile::thread_rows(profile_),
            joined<Row>(
                {figure<Row>("self", [](const Row& row) { return row.self.weight; }),
                 sampled<Row>([](const Row& row) -> const profile::Amount& { return row.self; }),
                 measured<Row>([](const Row& row) -> const profile::Amount& { return row.self; }),
                 process_fields<Row>(process),
                 {{{"tid", "tid", true}, [=](const Row& row) { return tid(thread(row)); }},
                  {{"python", "python"},
                   [=](const Row& row) { return text_cell(thread(row).is_python ? "yes" : "no"); }},
                  {{"started by", "spawned_by"},
                   [=, this](const Row& row) { return where_or_unknown(profile::start_of(profile_, thread(row))); }},
                  {{"name", "name"}, [=](const Row& row) { return text_cell(thread(row).name); }}}}),
            limit_);
    }

    Table processes() const {
        using Row = profile::ProcessRow;
        const auto process = [this](const Row& row) -> const Process& { return profile_.processes[row.process]; };
        return table(
            profile::process_rows(profile_),
            joined<Row>(
                {figure<Row>("self", [](const Row& row) { return row.self.weight; }),
                 sampled<Row>([](const Row& row) -> const profile::Amount& { return row.self; }),
                 measured<Row>([](const Row& row) -> const profile::Amount& { return row.self; }),
                 process_fields<Row>([](const Row& row) { return row.process; }),
                 {{{"ppid", "ppid", true}, [=](const Row& row) { return number_or_unknown(process(row).parent_pid); }},
                  {{"host", "host"}, [=](const Row& row) { return text_cell(process(row).host); }},
                  {{"wall", "wall_ns", true}, [=](const Row& row) { return time_cell(process(row).wall_ns); }},
                  {{"cpu", "cpu_ns", true}, [=](const Row& row) { return time_cell(process(row).cpu_ns); }},
                  {{"max rss", "max_rss", true},
                   [=](const Row& row) { return bytes_cell(process(row).max_rss_bytes); }},
                  {{"run delay", "run_delay_ns", true, true},
                   [=](const Row& row) { return time_cell(process(row).run_delay_ns); }},
                  {{"python", "python", false, true}, [=](const Row& row) { return text_cell(process(row).python); }},
                  {{"end", "exit"}, [=](const Row& row) { return text_cell(process(row).state); }},
                  {{"command", "command"}, [=](const Row& row) { return text_cell(words(process(row).command)); }}}}),
            limit_);
    }

    Table modules() const {
        using Row = profile::ModuleRow;
        const auto module = [this](const Row& row) -> const profile::Module& { return profile_.modules[row.module]; };
        return table(
            profile::module_rows(profile_),
            joined<Row>(
                {figure<Row>("self", [](const Row& row) { return row.self.weight; }),
                 sampled<Row>([](const Row& row) -> const profile::Amount& { return row.self; }),
                 {{{"build id", "build_id", false, true},
                   [=](const Row& row) { return text_cell(module(row).build_id); }},
                  {{"version", "version", false, true}, [=](const Row& row) { return text_cell(module(row).version); }},
                  {{"named", "named_share", true},
                   [](const Row& row) { return share_cell(share_of(row.named, row.self.weight)); }},
                  {{"names from", "names_from"}, [=](const Row& row) { return text_cell(module(row).names_from); }},
                  {{"module", "path"}, [=](const Row& row) { return text_cell(module(row).path); }}}}),
            limit_);
    }

private:
    std::string key(const std::string& title) const { return is_time_ ? title + "_ns" : title; }
    Cell value(std::uint64_t weight) const { return is_time_ ? time_cell(weight) : count_cell(weight); }

    // A weight as its share of everything and as it is.
    template <class Row>
    Fields<Row> figure(const std::string& title, std::function<std::uint64_t(const Row&)> weight) const {
        return {{{title + " %", title + "_share", true},
                 [this, weight](const Row& row) { return share_cell(share_of(weight(row), all_)); }},
                {{title, key(title), true}, [this, weight](const Row& row) { return value(weight(row)); }}};
    }
    // Every other metric of an amount, and their ratios.
    template <class Row>
    Fields<Row> measured(std::function<const profile::Amount&(const Row&)> amount) const {
        Fields<Row> fields;
        for (std::size_t i = 0; i < profile_.measures.size(); i++) {
            const profile::Metric& metric = profile_.measures[i].metric;
            const bool is_time = metric.unit == "nanoseconds";
            fields.push_back({{metric.name, is_time ? metric.name + "_ns" : metric.name, true},
                              [amount, i, is_time](const Row& row) {
                                  const std::uint64_t value = amount(row).measures[i];
                                  return is_time ? time_cell(value) : count_cell(value);
                              }});
        }
        for (const profile::Ratio& ratio : ratios_) {
            fields.push_back({{ratio.name, ratio.name, true}, [amount, ratio](const Row& row) {
                                  const std::optional<double> value = value_of(ratio, amount(row));
                                  return value ? ratio_cell(*value) : unknown_cell();
                              }});
        }
        return fields;
    }
    // Of calls that were counted.
    template <class Row>
    static Field<Row> counted(const std::string& title, const std::string& name,
                              std::function<Cell(const profile::CountedCalls&)> cell) {
        return {{title, name, true},
                [cell](const Row& row) { return row.counted ? cell(*row.counted) : unknown_cell(); }};
    }
    static Cell wait(const profile::CountedCalls& calls) {
        if (calls.waiting == Waiting::never) return unknown_cell();
        Cell cell = time_cell(calls.wait_ns);
        if (calls.waiting == Waiting::at_most) cell.shown.insert(0, "<= ");
        return cell;
    }
    template <class Row>
    static Field<Row> detail(Field<Row> field) {
        field.column.detail = true;
        return field;
    }
    // The weight of an amount, where its share says nothing.
    template <class Row>
    Field<Row> weight(std::function<const profile::Amount&(const Row&)> amount) const {
        return {{"self", key("self"), true, true},
                [this, amount](const Row& row) { return value(amount(row).weight); }};
    }
    // On how many samples an amount stands, and its 95 % interval.
    template <class Row>
    Fields<Row> sampled(std::function<const profile::Amount&(const Row&)> amount) const {
        const auto bound = [this, amount](double profile::Interval::*side) {
            return [this, amount, side](const Row& row) {
                const profile::Interval interval = profile::interval_of(amount(row).weight, sum_);
                return text_cell(fmt::format("{:.0f}", interval.*side));
            };
        };
        return {
            {{"samples", "samples", true, true}, [amount](const Row& row) { return count_cell(amount(row).samples); }},
            {{"low", key("self_low"), true, true}, bound(&profile::Interval::low)},
            {{"high", key("self_high"), true, true}, bound(&profile::Interval::high)}};
    }
    // How the inclusive weight divides; of what the mode cannot see nothing. People see the parts of lines that every
    // mode sees.
    template <class Row>
    Fields<Row> split(bool is_detail) const {
        Fields<Row> fields;
        for (const Category category :
             {Category::python, Category::native, Category::mpi, Category::io, Category::gil, Category::gc}) {
            const auto i = static_cast<std::size_t>(category);
            const bool measured = profile::is_measured(category, profile_.run);
            fields.push_back(
                {{profile::category_names[i], key(profile::category_names[i]), true,
                  is_detail || category > Category::mpi},
                 [this, i, measured](const Row& row) { return measured ? value(row.cost.split[i]) : unknown_cell(); }});
        }
        return fields;
    }
    // How uneven a figure is over the ranks, and where it is largest.
    template <class Row>
    static Fields<Row> spread(std::function<std::optional<Spread>(const Row&)> ranks) {
        const auto part = [ranks](auto figure) {
            return [ranks, figure](const Row& row) {
                const std::optional<Spread> spread = ranks(row);
                return spread ? figure(*spread) : unknown_cell();
            };
        };
        return {{{"max/mean", "max_over_mean", true}, part([](const Spread& spread) {
                     return spread.mean == 0 ? unknown_cell()
                                             : ratio_cell(static_cast<double>(spread.max) / spread.mean);
                 })},
                {{"rank", "rank_of_max", true}, part([](const Spread& spread) {
                     return spread.mean > 0 ? number_or_unknown(spread.argmax) : unknown_cell();
                 })},
                {{"min", "rank_min", true, true}, part([](const Spread& spread) { return count_cell(spread.min); })},
                {{"mean", "rank_mean", true, true},
                 part([](const Spread& spread) { return text_cell(fmt::format("{:.3f}", spread.mean)); })},
                {{"max", "rank_max", true, true}, part([](const Spread& spread) { return count_cell(spread.max); })}};
    }
    template <class Row>
    Field<Row> function(const std::string& title) const {
        return {{title, title}, [this](const Row& row) { return text_cell(profile_.functions[row.function].name); }};
    }
    template <class Row>
    Fields<Row> process_fields(std::function<std::uint32_t(const Row&)> process) const {
        return {{{"rank", "rank", true},
                 [this, process](const Row& row) { return number_or_unknown(profile_.processes[process(row)].rank); }},
                {{"pid", "pid", true},
                 [this, process](const Row& row) { return number_or_unknown(profile_.processes[process(row)].pid); }}};
    }

    // "solver.py:42", or the module of a function without source.
    Cell where(const Location& location) const {
        const profile::Function& function = profile_.functions[location.function];
        if (!function.file.empty()) {
            return {place(function.file, location.line), function.file + ":" + std::to_string(location.line)};
        }
        if (function.module == profile::none) return unknown_cell();
        const std::string& path = profile_.modules[function.module].path;
        return {file_name(path), path};
    }
    Cell where_or_unknown(std::uint32_t location) const {
        return location == profile::none ? unknown_cell() : where(profile_.locations[location]);
    }
    Cell callers(const profile::KernelRow& kernel) const {
        Cell all;
        for (const profile::Caller& caller : kernel.callers) {
            const Cell cell = where({caller.function, caller.line});
            const std::string share = percent(share_of(caller.weight, kernel.cost.self.weight));
            all.shown += (all.shown.empty() ? "" : ", ") + cell.shown + " " + share;
            all.exact += (all.exact.empty() ? "" : ";") + cell.exact;
        }
        return all;
    }
    static Cell tid(const profile::Thread& thread) {
        if (thread.folded > 0) return {std::to_string(thread.folded) + " ended", ""};
        return number_or_unknown(thread.tid);
    }

    const Profile& profile_;
    std::size_t limit_;
    profile::Amount sum_;
    std::uint64_t all_;
    bool is_time_;
    std::vector<profile::Ratio> ratios_;
};

}  // namespace

Table table_of(const Profile& profile, By by, const Options& options) {
    const Lists lists{profile, options.limit};
    switch (by) {
        case By::function:
            return lists.functions();
        case By::line:
            return lists.lines();
        case By::kernel:
            return lists.kernels();
        case By::rank:
            return lists.ranks();
        case By::thread:
            return lists.threads();
        case By::process:
            return lists.processes();
        case By::module:
            return lists.modules();
        case By::mpi:
            return lists.mpi();
    }
    return {};
}

}  // namespace pyprof::report
