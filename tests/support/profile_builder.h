#pragma once
// Makes profiles by hand, for tests. Functions, locations and contexts are found again when asked for twice, so a test
// says only what its stacks are.
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "profile/profile.h"

namespace pyprof::test_support {

class ProfileBuilder {
public:
    // One expiry stands for this.
    static constexpr std::uint64_t period_ns = 5'025'125;

    ProfileBuilder();

    std::uint32_t module(const std::string& path);
    std::uint32_t python(const std::string& name, const std::string& file, std::uint32_t first_line);
    std::uint32_t native(const std::string& name, std::uint32_t module, const std::string& file = "",
                         std::uint32_t first_line = 0);
    // The function as it is now, to be changed.
    profile::Function& function(std::uint32_t index) { return profile_.functions[index]; }

    std::uint32_t location(std::uint32_t function, std::uint32_t line = 0, bool inlined = false);
    // The context reached from `parent` through locations, caller first.
    std::uint32_t path(std::uint32_t parent, const std::vector<std::uint32_t>& locations);

    std::uint32_t process(std::int32_t rank, std::int32_t pid, const std::string& host);
    std::uint32_t thread(std::uint32_t process, std::int32_t tid, const std::string& name, bool is_python);
    profile::Process& process_at(std::uint32_t index) { return profile_.processes[index]; }
    profile::Thread& thread_at(std::uint32_t index) { return profile_.threads[index]; }

    // Adds samples whose timers expired `expiries` times in all (0: once each).
    void add(std::uint32_t context, std::uint32_t thread, std::uint64_t samples, std::uint64_t expiries = 0);

    // Adds to what a measure counted.
    void measure(const std::string& name, const std::string& unit, std::uint32_t context, std::uint32_t thread,
                 std::uint64_t amount);

    // The profile, with run and quality derived from what was added.
    profile::Profile build() const;

private:
    profile::Profile profile_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, bool>, std::uint32_t> locations_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> contexts_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, profile::Value> values_;
    std::map<std::string, profile::Measure> measures_;
};

}  // namespace pyprof::test_support
