#include "merge/run_facts.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/saturate.h"
#include "merge/library_version.h"

namespace pyprof::merge {
namespace {

const char* name_of(wire::ProcessState state) {
    switch (state) {
        case wire::ProcessState::exited:
            return "exited";
        case wire::ProcessState::replaced_by_exec:
            return "exec";
        case wire::ProcessState::running:
            break;
    }
    return "killed";
}

const char* name_of(wire::Engine engine) {
    switch (engine) {
        case wire::Engine::perf:
            return "perf";
        case wire::Engine::tgkill:
            return "tgkill";
        case wire::Engine::cpu:
            break;
    }
    return "cpu";
}

// Ranks in their order, then processes without rank; within that, those that the launcher named, then the oldest.
std::vector<const gather::Process*> in_order(const gather::Tree& tree) {
    std::vector<const gather::Process*> processes;
    for (const gather::Process& process : tree.processes)
        if (!stands_for_ranks(process)) processes.push_back(&process);
    std::stable_sort(processes.begin(), processes.end(), [](const gather::Process* a, const gather::Process* b) {
        const auto key = [](const gather::Process& process) {
            return std::tuple{static_cast<std::uint32_t>(process.rank), process.script.empty(),
                              process.started_realtime_ns};
        };
        return key(*a) < key(*b);
    });
    return processes;
}

void add_once(std::vector<std::string>& texts, const std::string& text) {
    if (!text.empty() && std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(text);
}

std::uint32_t count_ranks(const gather::Tree& tree) {
    std::set<std::int32_t> seen;
    std::int32_t declared = 0;
    for (const gather::Process& process : tree.processes) {
        if (process.rank < 0) continue;
        seen.insert(process.rank);
        declared = std::max(declared, process.rank_count);
    }
    return std::max(static_cast<std::uint32_t>(declared), static_cast<std::uint32_t>(seen.size()));
}

}  // namespace

std::string python_version_text(std::int32_t hex) {
    if (hex == 0) return {};
    const auto bits = static_cast<std::uint32_t>(hex);
    std::string text = fmt::format("{}.{}.{}", bits >> 24, bits >> 16 & 0xff, bits >> 8 & 0xff);
    switch (bits >> 4 & 0xf) {
        case 0xa:
            return text + fmt::format("a{}", bits & 0xf);
        case 0xb:
            return text + fmt::format("b{}", bits & 0xf);
        case 0xc:
            return text + fmt::format("rc{}", bits & 0xf);
        default:
            return text;
    }
}

profile::Run run_of(const gather::Tree& tree) {
    profile::Run run;
    run.version = PYPROF_VERSION;
    run.notes = tree.notes;
    run.ranks = count_ranks(tree);
    run.mpi = mpi_library_of(tree);
    run.mode = "cpu";
    const std::vector<const gather::Process*> processes = in_order(tree);
    if (processes.empty()) return run;

    const gather::Process& first = *processes.front();
    run.command = first.command;
    run.script = first.script;
    run.mode = first.clock == wire::Clock::cpu ? "cpu" : "wall";
    run.period_ns = first.period_ns;
    // The period is whole nanoseconds, so the rate that was asked for comes back with an error in the sixth digit.
    if (run.period_ns > 0) run.rate_hz = std::round(1e12 / static_cast<double>(run.period_ns)) / 1000;
    run.started_realtime_ns = first.started_realtime_ns;
    bool same_rate = true;
    std::vector<std::string> engines;
    for (const gather::Process* process : processes) {
        add_once(engines, name_of(process->engine));
        if (!process->engine_reason.empty())
            add_once(run.notes, fmt::format("Engine {}: {}.", name_of(process->engine), process->engine_reason));
        add_once(run.hosts, process->host);
        add_once(run.pythons, python_version_text(process->python_version));
        run.started_realtime_ns = std::min(run.started_realtime_ns, process->started_realtime_ns);
        run.wall_ns = std::max(run.wall_ns, process->wall_ns);
        run.cpu_ns = saturating_add(run.cpu_ns, process->cpu_ns);
        same_rate = same_rate && process->period_ns == run.period_ns;
    }
    run.engine = fmt::format("{}", fmt::join(engines, ", "));
    if (!same_rate) run.notes.emplace_back("The processes of this run were sampled at different rates.");
    return run;
}

profile::Process process_of(const gather::Process& process) {
    return {.rank = process.rank,
            .pid = process.pid,
            .parent_pid = process.parent_pid,
            .host = process.host,
            .executable = process.executable,
            .working_directory = process.working_directory,
            .command = process.command,
            .python = python_version_text(process.python_version),
            .python_message = process.python_message,
            .state = name_of(process.state),
            .started_realtime_ns = process.started_realtime_ns,
            .wall_ns = process.wall_ns,
            .cpu_ns = process.cpu_ns,
            .run_delay_ns = process.run_delay_ns,
            .max_rss_bytes = process.max_rss_bytes,
            .slice_width_ns = process.slices.width_ns,
            .slices = process.slices.counts};
}

void find_replaced(std::vector<profile::Process>& processes) {
    std::map<std::pair<std::string_view, std::int32_t>, std::uint64_t> last_start;
    for (const profile::Process& process : processes) {
        std::uint64_t& last = last_start[{process.host, process.pid}];
        last = std::max(last, process.started_realtime_ns);
    }
    for (profile::Process& process : processes) {
        const bool goes_on = process.started_realtime_ns < last_start[{process.host, process.pid}];
        if (process.state == name_of(wire::ProcessState::running) && goes_on)
            process.state = name_of(wire::ProcessState::replaced_by_exec);
    }
}

profile::Thread thread_of(const gather::Thread& thread) {
    return {.process = thread.process,
            .tid = thread.tid,
            .name = thread.name,
            .is_python = thread.is_python,
            .folded = thread.folded,
            .spawned_by = 0,
            .started_in = thread.started_in == 0 ? profile::none : thread.started_in - 1,
            .cpu_ns = thread.cpu_ns,
            .summed = {thread.summed.samples, thread.summed.weight_ns, thread.summed.mpi_ns}};
}

}  // namespace pyprof::merge
