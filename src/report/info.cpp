#include "report/info.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <limits>
#include <string_view>

#include "profile/libraries.h"
#include "profile/sums.h"
#include "report/words.h"

namespace pyprof::report {
namespace {

struct Meaning {
    std::string_view cause;
    std::string_view text;
};

// The causes of wire::Loss (src/wire/recording.h), for people.
constexpr std::array<Meaning, 20> meanings = {{
    {"reentered", "timer expiries inside the profiler, charged to the next sample"},
    {"memory_full", "expiries charged to a caller, or to none, for want of room (--max-memory, a full disk)"},
    {"file_full", "pieces that the spool's disk had no room for"},
    {"code_table_full", "Python frames whose function could not be stored"},
    {"module_table_full", "native frames whose library could not be stored"},
    {"unwind_truncated", "samples whose native stack does not reach its bottom"},
    {"unwind_guessed", "samples with a frame found by scanning the stack"},
    {"too_deep", "samples of stacks too deep to keep whole, cut in the middle"},
    {"python_unreadable", "samples whose Python frames were being changed"},
    {"stitch_inexact", "samples whose Python frames were placed by order, not by address"},
    {"thread_unarmed", "threads that got no timer"},
    {"thread_late", "expiries that no signal came for before the thread or process ended, charged to its start or end"},
    {"slice_skipped", "samples missing in the time line only"},
    {"counters_lost", "threads whose events were not counted to their end"},
    {"sample_spared", "timer expiries after samples that took long, charged to the next sample"},
    {"stack_too_small", "threads without a timer, for their stacks are too small for it"},
    {"jit_code_full", "pieces of compiled code whose functions could not be stored"},
    {"calls_uncounted", "calls of MPI that could not be counted"},
    {"moment_skipped", "timer expiries missing among the moments only"},
    {"unsampled_cpu", "timer expiries that the CPU time used should have given and that never came"},
}};

std::string_view meaning_of(const std::string& cause) {
    const auto known = std::ranges::find(meanings, std::string_view{cause}, &Meaning::cause);
    return known == meanings.end() ? std::string_view{} : known->text;
}

std::string listed(const std::vector<std::string>& items) {
    constexpr std::size_t most = 8;
    std::string text;
    for (std::size_t i = 0; i < std::min(most, items.size()); i++) text += (i == 0 ? "" : ", ") + items[i];
    if (items.size() > most) text += fmt::format(" and {} more", items.size() - most);
    return text.empty() ? "none" : text;
}

class Facts {
public:
    explicit Facts(const Style& style) : style_{style} {}

    void add(const std::string& name, const std::string& value) {
        std::string lead = fitted(name, name_width, style_.unicode);
        for (const std::string& part :
             wrapped(printable(value), std::max<std::size_t>(40, style_.width - name_width))) {
            text_ += lead + part + '\n';
            lead = std::string(name_width, ' ');
        }
    }
    void gap() { text_ += '\n'; }
    std::string take() { return std::move(text_); }

private:
    static constexpr std::size_t name_width = 20;
    const Style& style_;
    std::string text_;
};

// What the run says of Python and MPI stands where their libraries are unknown.
void add_libraries(const profile::Profile& profile, Facts& facts) {
    const std::vector<profile::Library> libraries = profile::libraries_of(profile);
    const auto is_known = [&](std::string_view role) {
        return std::ranges::find(libraries, role, &profile::Library::role) != libraries.end();
    };
    if (!is_known("Python")) facts.add("Python", listed(profile.run.pythons));
    if (!is_known("MPI") && !profile.run.mpi.empty()) facts.add("MPI", profile.run.mpi);
    for (const profile::Library& library : libraries)
        facts.add(std::string{library.role}, in_short(library) + ", " + library.path);
}

void add_run(const profile::Profile& profile, Facts& facts) {
    const profile::Run& run = profile.run;
    facts.add("command", words(run.command));
    facts.add("started", run.started_realtime_ns == 0 ? "unknown" : utc_time(run.started_realtime_ns));
    facts.add("wall, CPU", duration(run.wall_ns) + ", " + duration(run.cpu_ns));
    facts.add("ranks", run.ranks == 0 ? "no MPI" : grouped(run.ranks));
    facts.add("hosts", listed(run.hosts));
    facts.add("processes, threads", fmt::format("{}, {}", profile.process_count(), profile.threads.size()));
    add_libraries(profile, facts);
    facts.add("clock", fmt::format("{} time, {:.0f} Hz asked, one sample stands for {}", run.mode, run.rate_hz,
                                   duration(run.period_ns)));
    if (!run.engine.empty()) facts.add("engine", run.engine);
    facts.add("recorded by", "pyprof " + (run.version.empty() ? "(unknown version)" : run.version));
    facts.add("size", fmt::format("{} contexts, {} functions, {} libraries, {} values",
                                  grouped(profile.contexts.size()), grouped(profile.functions.size()),
                                  grouped(profile.modules.size()), grouped(profile.values.size())));
}

void add_quality(const profile::Profile& profile, Facts& facts) {
    const profile::Quality& quality = profile.quality;
    const auto of_samples = [&](std::uint64_t count) { return percent(share_of(count, quality.signals)); };
    facts.add("samples", fmt::format("{} in {} signals, {} expected", grouped(quality.samples),
                                     grouped(quality.signals), grouped(quality.expected)));
    facts.add("delivered rate", fmt::format("{:.1f} Hz", quality.rate_delivered_hz));
    facts.add("CPU time covered", fmt::format("{:.3f}", quality.cpu_covered));
    if (quality.wall_covered > 0) facts.add("wall time covered", fmt::format("{:.3f}", quality.wall_covered));
    facts.add(
        "own cost",
        fmt::format("{} ({} of the CPU time), median {}, 99 % below {}, longest {}", duration(quality.handler_ns),
                    percent(share_of(quality.handler_ns, profile.run.cpu_ns)), duration(quality.handler_median_ns),
                    duration(quality.handler_p99_ns), duration(quality.handler_max_ns)));
    facts.add("native stacks",
              fmt::format("{} complete, {} by fallback, {} truncated", of_samples(quality.unwind_complete),
                          of_samples(quality.unwind_fallback), of_samples(quality.unwind_truncated)));
    facts.add("Python in native",
              fmt::format("{} exact, {} inexact, {} without Python", of_samples(quality.merge_exact),
                          of_samples(quality.merge_inexact), of_samples(quality.merge_none)));
    facts.add("native names", fmt::format("{} of {} samples in native code have none",
                                          grouped(quality.unresolved_native), grouped(quality.native)));
    if (quality.damaged_bytes > 0) facts.add("damaged", bytes(quality.damaged_bytes));
}

void add_moments(const profile::Profile& profile, Facts& facts) {
    if (profile.moments.empty()) return facts.add("moments", "none");
    std::uint64_t finest = std::numeric_limits<std::uint64_t>::max(), coarsest = 0;
    for (const profile::Process& process : profile.processes) {
        if (process.moment_stride_ns == 0) continue;
        finest = std::min(finest, process.moment_stride_ns);
        coarsest = std::max(coarsest, process.moment_stride_ns);
    }
    const std::string stride =
        duration(finest) + (finest == coarsest ? "" : " to " + duration(coarsest) + ", by process");
    facts.add("moments",
              fmt::format("{} samples with their moments, one for each {}", grouped(profile.moments.size()), stride));
}

}  // namespace

std::string info(const profile::Profile& profile, const Style& style) {
    Facts facts{style};
    add_run(profile, facts);
    facts.gap();
    add_quality(profile, facts);
    add_moments(profile, facts);
    for (const profile::Loss& loss : profile.quality.lost) {
        facts.add("lost", fmt::format("{} {}: {}", grouped(loss.count), loss.cause, meaning_of(loss.cause)));
    }
    for (const std::string& note : profile.run.notes) facts.add("note", note);
    return facts.take();
}

}  // namespace pyprof::report
