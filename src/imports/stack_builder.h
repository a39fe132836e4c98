#pragma once
// Makes a profile of stacks that another program recorded.
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "profile/profile.h"

namespace pyprof::imports {

struct ThreadKey {
    std::int32_t rank = -1;
    std::int32_t pid = 0;  // 0: unknown
    std::int64_t tid = 0;  // 0: unknown
    std::string host;      // empty: unknown
    std::string name;
    friend auto operator<=>(const ThreadKey&, const ThreadKey&) = default;
};

// Which domain a function has by its file, name and library, as far as these tell.
profile::Domain domain_of(const std::string& name, const std::string& file);

// "nanoseconds" for microseconds, "ms" and their like, with the factor; other units stay.
std::pair<std::string, double> time_unit(const std::string& unit);

class StackBuilder {
public:
    StackBuilder(profile::Metric metric, std::string origin);

    // The numbers of things, equal ones once.
    std::uint32_t module(const std::string& path, const std::string& build_id);
    std::uint32_t function(const profile::Function& function);
    std::uint32_t location(const profile::Location& location);
    // The context below `parent` with this location; 0 is the root.
    std::uint32_t context(std::uint32_t parent, std::uint32_t location);
    std::uint32_t thread(const ThreadKey& key);

    // Fails when a sum no longer fits.
    Status add(std::uint32_t context, std::uint32_t thread, std::uint64_t samples, std::uint64_t weight);

    std::size_t context_count() const { return profile_.contexts.size(); }
    profile::Run& run() { return profile_.run; }

    // Keeps every promise of profile.h; fails if there is nothing in it.
    Result<profile::Profile> finish();

private:
    profile::Profile profile_;
    std::map<std::tuple<std::string, std::string>, std::uint32_t> modules_;
    std::map<std::tuple<std::string, std::string, std::string, std::uint32_t, std::uint32_t>, std::uint32_t> functions_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, bool>, std::uint32_t> locations_;
    std::unordered_map<std::uint64_t, std::uint32_t> contexts_;
    std::map<std::tuple<std::int32_t, std::int32_t, std::string>, std::uint32_t> processes_;
    std::map<ThreadKey, std::uint32_t> threads_;
    std::unordered_map<std::uint64_t, profile::Value> values_;  // by context and thread
    std::uint64_t samples_ = 0, weight_ = 0;
};

}  // namespace pyprof::imports
