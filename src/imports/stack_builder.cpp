#include "imports/stack_builder.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string_view>

#include "profile/sums.h"

namespace pyprof::imports {
namespace {

using profile::Domain;

bool add_within(std::uint64_t& sum, std::uint64_t more) {
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();  // formats elsewhere have a sign
    if (more > most - sum) return false;
    sum += more;
    return true;
}

template <class Map, class Key, class Things, class Thing>
std::uint32_t number(Map& numbers, Key key, Things& things, const Thing& thing) {
    const auto [known, is_new] = numbers.try_emplace(std::move(key), static_cast<std::uint32_t>(things.size()));
    if (is_new) things.push_back(thing);
    return known->second;
}

}  // namespace

Domain domain_of(const std::string& name, const std::string& file) {
    if (name.starts_with("MPI_") || name.starts_with("PMPI_")) return Domain::mpi;
    const bool is_python = file.ends_with(".py") || (file.starts_with('<') && file.ends_with('>'));
    return is_python ? Domain::python : Domain::native;
}

std::pair<std::string, double> time_unit(const std::string& unit) {
    constexpr std::pair<std::string_view, double> units[] = {{"nanoseconds", 1},    {"ns", 1},   {"nanosecond", 1},
                                                             {"microseconds", 1e3}, {"us", 1e3}, {"microsecond", 1e3},
                                                             {"milliseconds", 1e6}, {"ms", 1e6}, {"millisecond", 1e6},
                                                             {"seconds", 1e9},      {"s", 1e9},  {"second", 1e9}};
    for (const auto& [name, factor] : units)
        if (name == unit) return {"nanoseconds", factor};
    return {unit, 1};
}

StackBuilder::StackBuilder(profile::Metric metric, std::string origin) {
    profile_.contexts.push_back({0, profile::none});
    profile_.run.mode = metric.name == "cpu" ? "cpu" : "wall";
    profile_.run.notes.push_back("Imported from " + std::move(origin) + "; what that does not say is unknown here.");
    profile_.metric = std::move(metric);
}

std::uint32_t StackBuilder::module(const std::string& path, const std::string& build_id) {
    profile::Module module;
    module.path = path;
    module.build_id = build_id;
    return number(modules_, std::tuple{path, build_id}, profile_.modules, module);
}

std::uint32_t StackBuilder::function(const profile::Function& function) {
    return number(functions_,
                  std::tuple{function.name, function.system_name, function.file, function.first_line, function.module},
                  profile_.functions, function);
}

std::uint32_t StackBuilder::location(const profile::Location& location) {
    return number(locations_, std::tuple{location.function, location.line, location.inlined}, profile_.locations,
                  location);
}

std::uint32_t StackBuilder::context(std::uint32_t parent, std::uint32_t location) {
    const std::uint64_t key = static_cast<std::uint64_t>(parent) << 32 | location;
    return number(contexts_, key, profile_.contexts, profile::Context{parent, location});
}

std::uint32_t StackBuilder::thread(const ThreadKey& key) {
    const auto known = threads_.find(key);
    if (known != threads_.end()) return known->second;
    profile::Process process;
    process.rank = key.rank;
    process.pid = key.pid;
    process.host = key.host.empty() ? "(unknown)" : key.host;
    profile::Thread thread;
    thread.process = number(processes_, std::tuple{key.rank, key.pid, key.host}, profile_.processes, process);
    constexpr std::int64_t largest = std::numeric_limits<std::int32_t>::max();
    thread.tid = key.tid <= largest ? static_cast<std::int32_t>(key.tid) : 0;
    thread.name = key.tid <= largest || !key.name.empty() ? key.name : "thread " + std::to_string(key.tid);
    thread.is_python = true;
    const auto place = static_cast<std::uint32_t>(profile_.threads.size());
    profile_.threads.push_back(thread);
    return threads_[key] = place;
}

Status StackBuilder::add(std::uint32_t context, std::uint32_t thread, std::uint64_t samples, std::uint64_t weight) {
    if (!add_within(samples_, samples) || !add_within(weight_, weight))
        return Error{"its values sum to more than 2^63; it is damaged or no profile"};
    profile::Value& value = values_[static_cast<std::uint64_t>(context) << 32 | thread];
    value.context = context;
    value.thread = thread;
    value.samples += samples;
    value.weight += weight;
    return {};
}

Result<profile::Profile> StackBuilder::finish() {
    for (const auto& [key, value] : values_)
        if (value.samples > 0 || value.weight > 0) profile_.values.push_back(value);
    if (profile_.values.empty()) return Error{"no stack in it has a value"};
    profile_.values = profile::sorted_sums(std::move(profile_.values));
    std::set<std::string> hosts;
    for (const profile::Process& process : profile_.processes) hosts.insert(process.host);
    profile_.run.hosts.assign(hosts.begin(), hosts.end());
    profile_.run.ranks = static_cast<std::uint32_t>(profile::ranks_of(profile_).size());
    if (profile_.metric.name == "cpu") profile_.run.cpu_ns = weight_;
    profile_.quality.samples = profile_.quality.signals = samples_;
    return std::move(profile_);
}

}  // namespace pyprof::imports
