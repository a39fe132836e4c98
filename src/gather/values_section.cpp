#include "gather/values_section.h"

#include <algorithm>
#include <optional>

#include "base/check.h"

namespace pyprof::gather {
namespace {

// What one expiry stands for, per thread: threads [end of the run before, end) have `period_ns`.
struct PeriodRun {
    std::uint64_t end;
    std::uint64_t period_ns;
};

std::uint64_t period_of(const std::vector<PeriodRun>& runs, std::uint64_t thread) {
    if (!runs.empty() && thread < runs.front().end) return runs.front().period_ns;
    const auto run = std::upper_bound(runs.begin(), runs.end(), thread,
                                      [](std::uint64_t t, const PeriodRun& r) { return t < r.end; });
    return run == runs.end() ? 0 : run->period_ns;
}

std::vector<PeriodRun> periods(const Tree& tree) {
    std::vector<PeriodRun> runs;
    for (std::size_t i = 0; i < tree.threads.size(); ++i) {
        const std::uint64_t period = tree.processes[tree.threads[i].process].period_ns;
        if (runs.empty() || runs.back().period_ns != period) runs.push_back({i, period});
        runs.back().end = i + 1;
    }
    return runs;
}

void write_periods(ColumnWriter& to, const std::vector<PeriodRun>& runs) {
    to.number(runs.size());
    std::uint64_t begin = 0;
    for (const PeriodRun& run : runs) {
        to.number(run.end - begin);
        to.number(run.period_ns);
        begin = run.end;
    }
}

std::vector<PeriodRun> read_periods(ColumnReader& from) {
    std::vector<PeriodRun> runs(from.count(2));
    std::uint64_t end = 0;
    for (PeriodRun& run : runs) {
        end += from.number_as<std::uint32_t>();
        run = {end, from.number()};
    }
    return runs;
}

// 0: the weight is not a multiple of the period and stands in the last column. Else the expiries beyond the samples
// (fewer than none in damaged recordings), as a signed number made unsigned, + 1.
std::uint64_t weight_code(const Value& value, std::uint64_t period_ns) {
    std::uint64_t usual = 0;
    if (period_ns != 0 && !__builtin_mul_overflow(value.samples, period_ns, &usual) && value.weight_ns == usual)
        return 1;
    if (period_ns == 0 || value.weight_ns % period_ns != 0) return 0;
    const std::uint64_t beyond = value.weight_ns / period_ns - value.samples;
    return (beyond << 1 ^ (0 - (beyond >> 63))) + 1;  // wraps to 0 for the one number that does not fit
}

std::optional<std::uint64_t> weight_from(std::uint64_t code, std::uint64_t samples, std::uint64_t period_ns) {
    const std::uint64_t beyond = (code - 1) >> 1 ^ (0 - ((code - 1) & 1));
    std::uint64_t weight = 0;
    if (__builtin_mul_overflow(samples + beyond, period_ns, &weight)) return std::nullopt;
    return weight;
}

bool before(const Value& a, const Value& b) {
    return a.context < b.context || (a.context == b.context && a.thread < b.thread);
}

// Places are those of the file. A context's first thread is given as the step from the thread before, the others as
// what they are beyond the next one.
void read_places(ColumnReader& from, std::uint64_t contexts, std::uint64_t threads, std::vector<Value>& values) {
    std::uint64_t context = 0;
    for (Value& value : values) {
        const std::uint64_t step = from.number();
        if (step >= contexts - context) return from.fail();
        context += step;
        value.context = static_cast<std::uint32_t>(context);
    }
    std::uint64_t thread = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const bool same_context = i != 0 && values[i].context == values[i - 1].context;
        if (same_context) {
            const std::uint64_t gap = from.number();
            if (gap >= threads - thread || thread + gap + 1 >= threads) return from.fail();
            thread += gap + 1;
        } else {
            thread += static_cast<std::uint64_t>(from.signed_number());
            if (thread >= threads) return from.fail();
        }
        values[i].thread = static_cast<std::uint32_t>(thread);
    }
}

void read_figures(ColumnReader& from, const std::vector<PeriodRun>& runs, std::vector<Value>& values) {
    for (Value& value : values) value.samples = from.number();
    std::vector<Value*> odd;
    for (Value& value : values) {
        const std::uint64_t code = from.number();
        if (code == 0) {
            odd.push_back(&value);
            continue;
        }
        const auto weight = weight_from(code, value.samples, period_of(runs, value.thread));
        if (!weight) return from.fail();
        value.weight_ns = *weight;
    }
    for (Value* value : odd) value->weight_ns = from.number();
}

}  // namespace

void write_values(ColumnWriter& to, const Tree& tree, const std::vector<Value>& values) {
    const std::vector<PeriodRun> runs = periods(tree);
    write_periods(to, runs);
    to.number(tree.contexts.size());
    to.number(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        PYPROF_CHECK(i == 0 || before(values[i - 1], values[i]));
        to.number(values[i].context - (i == 0 ? 0 : values[i - 1].context));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::int64_t previous = i == 0 ? 0 : values[i - 1].thread;
        if (i != 0 && values[i].context == values[i - 1].context)
            to.number(values[i].thread - previous - 1);
        else
            to.signed_number(values[i].thread - previous);
    }
    for (const Value& value : values) to.number(value.samples);
    std::vector<std::uint64_t> odd;
    for (const Value& value : values) {
        const std::uint64_t code = weight_code(value, period_of(runs, value.thread));
        to.number(code);
        if (code == 0) odd.push_back(value.weight_ns);
    }
    for (const std::uint64_t weight : odd) to.number(weight);
}

void read_values(ColumnReader& from, const LostSections& lost, const Tree& tree, std::vector<Value>& values) {
    const std::vector<PeriodRun> runs = read_periods(from);
    const std::uint64_t threads = runs.empty() ? 0 : runs.back().end;
    const std::uint64_t contexts = from.number_as<std::uint32_t>();
    if (!lost.has(Section::threads) && threads != tree.threads.size()) from.fail();
    if (!lost.has(Section::contexts) && contexts != tree.contexts.size()) from.fail();
    values.assign(from.count(4), Value{});
    if (from.failed()) return;
    read_places(from, contexts, threads, values);
    if (from.failed()) return;
    read_figures(from, runs, values);
    for (Value& value : values) {
        if (lost.has(Section::contexts)) value.context = 0;
        if (lost.has(Section::threads)) value.thread = 0;
    }
}

}  // namespace pyprof::gather
