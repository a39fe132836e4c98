#include "formats/chrome.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "formats/stacks.h"

namespace pyprof::formats {
namespace {

using nlohmann::ordered_json;
using profile::Process;

constexpr std::array slice_categories{"python", "native", "mpi", "other"};

class Writer {
public:
    explicit Writer(const profile::Profile& profile) : profile_{profile} {
        for (const Process& process : profile.processes)
            if (!process.slices.empty()) begin_ns_ = std::min(begin_ns_, process.started_realtime_ns);
    }

    std::string write() {
        for (std::size_t i = 0; i < profile_.processes.size(); i++) {
            if (profile::stands_for_ranks(profile_.processes[i])) continue;
            put_names(i);
            put_slices(i);
        }
        const ordered_json document = {{"displayTimeUnit", "ns"},
                                       {"otherData",
                                        {{"exporter", "pyprof@" + profile_.run.version},
                                         {"command", profile_.run.command},
                                         {"period_ns", profile_.run.period_ns}}},
                                       {"traceEvents", std::move(events_)}};
        return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
    }

private:
    // Processes of different hosts may have the same pid, so they are numbered.
    ordered_json event(std::size_t process, const char* name, const char* phase, ordered_json arguments) const {
        return {{"name", name}, {"ph", phase}, {"pid", process + 1}, {"tid", 1}, {"args", std::move(arguments)}};
    }

    void put_names(std::size_t index) {
        const Process& process = profile_.processes[index];
        const std::int64_t place = process.rank < 0 ? std::numeric_limits<std::int32_t>::max() : process.rank;
        events_.push_back(event(index, "process_name", "M", {{"name", name_of(process)}}));
        events_.push_back(event(index, "process_sort_index", "M", {{"sort_index", place}}));
        events_.push_back(event(index, "thread_name", "M", {{"name", "all threads"}}));
    }

    void put_slices(std::size_t index) {
        const Process& process = profile_.processes[index];
        const double width = static_cast<double>(process.slice_width_ns);
        for (std::size_t i = 0; i < process.slices.size() / slice_categories.size(); i++) {
            const auto begin =
                static_cast<double>(process.started_realtime_ns - begin_ns_) + static_cast<double>(i) * width;
            put_slice(index, &process.slices[i * slice_categories.size()], begin, width);
        }
    }

    // Threads that work at the same time have more CPU time than there is in the slice; then it is shared out.
    void put_slice(std::size_t index, const std::uint32_t* samples, double begin_ns, double width_ns) {
        const auto period = static_cast<double>(profile_.run.period_ns);
        double all_ns = 0;
        for (std::size_t i = 0; i < slice_categories.size(); i++) all_ns += samples[i] * period;
        const double scale = all_ns > width_ns ? width_ns / all_ns : 1;
        for (std::size_t i = 0; i < slice_categories.size(); i++) {
            if (samples[i] == 0) continue;
            const double length_ns = samples[i] * period * scale;
            ordered_json slice = event(index, slice_categories[i], "X",
                                       {{"samples", samples[i]}, {"ns", samples[i] * profile_.run.period_ns}});
            slice["ts"] = begin_ns / 1000;  // microseconds
            slice["dur"] = length_ns / 1000;
            events_.push_back(std::move(slice));
            begin_ns += length_ns;
        }
    }

    const profile::Profile& profile_;
    std::uint64_t begin_ns_ = std::numeric_limits<std::uint64_t>::max();
    ordered_json events_ = ordered_json::array();
};

}  // namespace

std::string chrome(const profile::Profile& profile) { return Writer{profile}.write(); }

}  // namespace pyprof::formats
