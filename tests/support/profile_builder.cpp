#include "tests/support/profile_builder.h"

#include <algorithm>
#include <set>

#include "profile/sums.h"

namespace pyprof::test_support {

using profile::Context;
using profile::Domain;
using profile::Function;
using profile::Location;

namespace {

std::uint32_t index_of_last(const auto& items) { return static_cast<std::uint32_t>(items.size()) - 1; }

}  // namespace

ProfileBuilder::ProfileBuilder() {
    profile_.metric = {"cpu", "nanoseconds"};
    profile_.contexts = {Context{0, profile::none}};
    profile_.run.mode = "cpu";
    profile_.run.period_ns = period_ns;
    profile_.run.rate_hz = 199;
    profile_.run.version = "0.1.0";
}

std::uint32_t ProfileBuilder::module(const std::string& path) {
    profile_.modules.push_back({path, "", "", ".symtab"});
    return index_of_last(profile_.modules);
}

std::uint32_t ProfileBuilder::python(const std::string& name, const std::string& file, std::uint32_t first_line) {
    Function function;
    function.name = name;
    function.system_name = name;
    function.file = file;
    function.first_line = first_line;
    function.domain = Domain::python;
    profile_.functions.push_back(function);
    return index_of_last(profile_.functions);
}

std::uint32_t ProfileBuilder::native(const std::string& name, std::uint32_t module, const std::string& file,
                                     std::uint32_t first_line) {
    Function function;
    function.name = name;
    function.system_name = name;
    function.file = file;
    function.first_line = first_line;
    function.module = module;
    profile_.functions.push_back(function);
    return index_of_last(profile_.functions);
}

std::uint32_t ProfileBuilder::location(std::uint32_t function, std::uint32_t line, bool inlined) {
    const auto [known, is_new] = locations_.try_emplace({function, line, inlined}, profile_.locations.size());
    if (is_new) profile_.locations.push_back({function, line, inlined, false});
    return known->second;
}

std::uint32_t ProfileBuilder::path(std::uint32_t parent, const std::vector<std::uint32_t>& locations) {
    for (const std::uint32_t location : locations) {
        const auto [known, is_new] = contexts_.try_emplace({parent, location}, profile_.contexts.size());
        if (is_new) profile_.contexts.push_back({parent, location});
        parent = known->second;
    }
    return parent;
}

std::uint32_t ProfileBuilder::process(std::int32_t rank, std::int32_t pid, const std::string& host) {
    profile::Process process;
    process.rank = rank;
    process.pid = pid;
    process.parent_pid = 1;
    process.host = host;
    process.executable = "/usr/bin/python3.11";
    process.working_directory = "/home/user/heat";
    process.command = {"python3", "app.py"};
    process.python = "3.11.2";
    process.state = "exited";
    process.started_realtime_ns = 1'795'250'000'000'000'000;
    process.wall_ns = 4'000'000'000;
    process.max_rss_bytes = 64 << 20;
    profile_.processes.push_back(process);
    return index_of_last(profile_.processes);
}

std::uint32_t ProfileBuilder::thread(std::uint32_t process, std::int32_t tid, const std::string& name, bool is_python) {
    profile::Thread thread;
    thread.process = process;
    thread.tid = tid;
    thread.name = name;
    thread.is_python = is_python;
    profile_.threads.push_back(thread);
    return index_of_last(profile_.threads);
}

void ProfileBuilder::add(std::uint32_t context, std::uint32_t thread, std::uint64_t samples, std::uint64_t expiries) {
    profile::Value& value = values_[{context, thread}];
    value.context = context;
    value.thread = thread;
    value.samples += samples;
    value.weight += (expiries == 0 ? samples : expiries) * period_ns;
}

void ProfileBuilder::measure(const std::string& name, const std::string& unit, std::uint32_t context,
                             std::uint32_t thread, std::uint64_t amount) {
    profile::Measure& measure = measures_.try_emplace(name, profile::Measure{{name, unit}, {}}).first->second;
    measure.values.push_back({context, thread, 0, amount});
    measure.values = profile::sorted_sums(std::move(measure.values));
}

profile::Profile ProfileBuilder::build() const {
    profile::Profile result = profile_;
    std::uint64_t weight = 0;
    for (const auto& [key, value] : values_) {
        result.values.push_back(value);
        result.quality.signals += value.samples;
        weight += value.weight;
        result.processes[result.threads[value.thread].process].cpu_ns += value.weight;
    }
    for (const auto& [name, measure] : measures_) result.measures.push_back(measure);
    std::set<std::string> hosts;
    std::set<std::int32_t> ranks;
    for (const profile::Process& process : result.processes) {
        hosts.insert(process.host);
        if (process.rank >= 0) ranks.insert(process.rank);
        result.run.wall_ns = std::max(result.run.wall_ns, process.wall_ns);
        result.run.started_realtime_ns = process.started_realtime_ns;
    }
    result.run.hosts.assign(hosts.begin(), hosts.end());
    result.run.ranks = static_cast<std::uint32_t>(ranks.size());
    result.run.cpu_ns = weight;
    result.run.command = {"python3", "app.py"};
    result.run.script = "app.py";
    result.run.pythons = {"3.11.2"};
    result.quality.samples = weight / period_ns;
    result.quality.expected = result.quality.samples;
    result.quality.rate_delivered_hz = 199;
    result.quality.cpu_covered = 1;
    return result;
}

}  // namespace pyprof::test_support
