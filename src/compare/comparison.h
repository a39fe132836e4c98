#pragma once
// A sampled profile and what cProfile counted, side by side. Neither is taken for the truth: samples have an interval,
// cProfile's times hold its own work for each call.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "compare/match.h"
#include "compare/sampled.h"
#include "compare/traced.h"
#include "profile/interval.h"

namespace pyprof::compare {

enum class Flag : std::uint8_t {
    overcharged,         // cProfile's own time is beyond the interval and a fifth above the sampled time
    hidden_native,       // most of its time is compiled code of libraries, which cProfile does not look into
    other_thread,        // most of its time is in threads that cProfile does not see
    unseen_by_cprofile,  // sampled, not counted
    unseen_by_sampling,  // counted for five periods and more, never sampled
    below_resolution     // fewer than ten samples: no inflation is given
};
const char* name_of(Flag flag);  // "overcharged" …, the words of compare --json

inline constexpr std::uint64_t fewest_samples = 10;

struct NamedTime {
    std::string name;
    std::uint64_t calls = 0;  // 0: unknown
    double time_s = 0;
};

// One Python function. Times are seconds of one run: means where there were several, sums over the ranks.
struct Row {
    FunctionKey key;
    std::optional<FunctionKey> sampled_as;   // how the samples know it, if they have it
    std::string name;                        // qualified, where samples tell
    std::optional<tracers::Counts> counted;  // as in the file; nothing if cProfile has not seen it
    double builtin_s = 0;                    // of the built-in functions that it called, as cProfile counted them
    std::uint64_t builtin_calls = 0;
    RankSpread traced_ranks;  // of traced_self_s(), of single runs
    std::uint64_t samples = 0;
    double sampled_self_s = 0;            // with the native code that it calls directly
    profile::Interval sampled_self_ci{};  // 95 %, seconds
    double sampled_total_s = 0;
    double elsewhere_s = 0;  // sampled in threads that cProfile does not see
    double extension_s = 0;  // of sampled_self_s: compiled code neither CPython's nor the C library's
    double tracing_s = 0;    // cProfile's own code below it, where it was sampled as well
    std::array<double, profile::category_count> split_s{};  // of sampled_self_s
    std::optional<double> inflation;                        // traced_self_s() ÷ sampled_self_s
    std::optional<double> tax_per_call_s;                   // their difference by call
    std::vector<Flag> flags;
    std::vector<NamedTime> builtins;  // largest first
    std::vector<NamedTime> native;    // innermost native functions of the samples, largest first

    // What compares with sampled_self_s: samples cannot tell which time is a built-in function's.
    double traced_self_s() const { return counted ? counted->self_s + builtin_s : 0; }
};

// One line of a function that line_profiler watched. Times hold what the line calls; seconds of one run.
struct LineRow {
    std::string file, function;
    std::optional<FunctionKey> sampled_as;  // how the samples know the function, if they have it
    std::uint32_t line = 0;
    std::optional<std::uint64_t> hits;  // nothing if line_profiler has not seen the line
    double traced_s = 0;
    std::uint64_t samples = 0;
    double sampled_s = 0;
    profile::Interval sampled_ci{};   // 95 %, seconds
    std::optional<double> inflation;  // traced_s ÷ sampled_s, from ten samples on
};

struct Comparison {
    std::vector<LineRow> lines;  // by file and line, where files of line_profiler are compared; then there are no rows
    std::vector<Row> rows;       // by the larger of both own times, largest first
    std::size_t runs = 1;
    std::size_t ranks = 0;            // 0: without MPI
    std::string mode;                 // of the samples: "cpu" or "wall"
    std::string tracer = "cProfile";  // or "line_profiler", if the files were its
    double traced_s = 0;              // all own times of cProfile
    double unowned_s = 0;             // of that, built-in functions that no Python function called
    double sampled_s = 0;             // all samples of the same threads, without cProfile's own code
    double tracing_s = 0;             // cProfile's own code, where it was sampled as well
    std::uint64_t calls = 0;
    std::uint64_t samples = 0;
    std::optional<double> tax_per_call_s;    // over all functions that both sides have; if it is clear
    std::optional<double> rank_correlation;  // Spearman's, of the twenty functions largest by samples; from three on
    Matches matches;
    std::vector<std::string> notes;  // sentences that a reader must see
    // Medians of whole runs, where the comparison ran the program itself.
    std::optional<double> bare_wall_s, sampled_wall_s, cprofile_wall_s;
};

// What one process counted.
struct Traced {
    std::int32_t rank = -1;  // -1: of a run without MPI
    std::variant<tracers::CallStatistics, tracers::LineStatistics> statistics;
};

// Puts runs side by side; each is a profile (of CPU or wall time, with its machinery) and the files of cProfile, or
// those of line_profiler, for the same ranks. Fails where a rank is not in the profile, or there is nothing to compare.
class Comparer {
public:
    Status add(const profile::Profile& profile, const std::vector<Traced>& traced);
    Comparison compare() const;

private:
    SampledFunctions sampled_;
    TracedFunctions traced_;
    TracedLines lines_;
    std::size_t runs_ = 0, ranks_ = 0;
    std::uint64_t period_ns_ = 0;
    std::string mode_;
};

}  // namespace pyprof::compare
