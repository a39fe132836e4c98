#pragma once
// The records of a saved profile, one at a time, checked. Part of load.h.
#include <cstdint>
#include <string>
#include <vector>

#include "profile/profile.h"

namespace pyprof::saved {
class Header;
class Record;
class Modules;
class Functions;
class Locations;
class Processes;
class Threads;
class Contexts;
class Values;
class Calls;
class Moments;
}  // namespace pyprof::saved

namespace pyprof::profile {

class RecordReader {
public:
    explicit RecordReader(const saved::Header& header);

    // False when the record breaks a rule of the format; what was read of it before that stays in the profile. Kinds
    // of records that this version does not know are passed over.
    bool add(const saved::Record& record);

    const Profile& profile() const { return profile_; }
    Profile take();

private:
    bool add_modules(const saved::Modules& modules);
    bool add_functions(const saved::Functions& functions);
    bool add_locations(const saved::Locations& locations);
    bool add_processes(const saved::Processes& processes);
    bool add_threads(const saved::Threads& threads);
    bool add_contexts(const saved::Contexts& contexts);
    bool add_values(const saved::Values& values);
    bool add_calls(const saved::Calls& calls);
    bool add_moments(const saved::Moments& moments);

    // The text with this number; of one that does not exist an empty one, and bad_text_ becomes true.
    const std::string& text(std::uint32_t number);

    Profile profile_;
    std::vector<std::string> texts_;
    struct Sums {  // of the values of one metric so far
        std::uint64_t samples = 0, weight = 0;
        std::uint64_t last_context = 0;
        bool add(const Value& value);  // false when a sum no longer fits
    };
    std::vector<Sums> sums_;
    bool bad_text_ = false;
};

}  // namespace pyprof::profile
