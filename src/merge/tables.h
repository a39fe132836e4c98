#pragma once
// The tables of a profile under construction, each entry kept once. One thread at a time.
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>

#include "profile/profile.h"

namespace pyprof::merge {

class Tables {
public:
    // `profile` gets the entries and must outlive the tables.
    explicit Tables(profile::Profile& profile) : profile_{profile} {}

    // The number of the entry that equals the argument, added if there is none.
    std::uint32_t function(const profile::Function& function);
    std::uint32_t location(const profile::Location& location);
    std::uint32_t context(const profile::Context& context);

    const profile::Function& function_at(std::uint32_t number) const { return profile_.functions[number]; }

private:
    struct HashPair {
        std::size_t operator()(const std::pair<std::uint64_t, std::uint64_t>& pair) const;
    };

    profile::Profile& profile_;
    std::unordered_map<std::string, std::uint32_t> functions_;  // by all fields, written one after the other
    std::unordered_map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t, HashPair> locations_;
    std::unordered_map<std::pair<std::uint64_t, std::uint64_t>, std::uint32_t, HashPair> contexts_;
};

}  // namespace pyprof::merge
