#pragma once
// Stacks as the text and JSON formats want them: frames with names, equal frames numbered once.
#include <cstdint>
#include <string>
#include <vector>

#include "profile/profile.h"

namespace pyprof::formats {

enum class Granularity {
    function,  // one frame per function
    line       // one per line of a function
};

struct Frame {
    std::string name;              // as its author wrote it, UTF-8; never empty
    std::string file{};            // source file, else the library; may be empty
    std::string module{};          // path of the library or executable, empty for Python functions
    std::uint32_t first_line = 0;  // of the function, 0 unknown
    std::uint32_t line = 0;        // 0 with Granularity::function, or unknown
    profile::Domain domain = profile::Domain::native;
};

// A name for formats of lines: with spaces in place of control characters.
std::string one_line(std::string text);

// "rank 3 node07 4711", without the rank where the process has none. What stands for all ranks says so.
std::string name_of(const profile::Process& process);

// "4711 MainThread", or "ended threads" for several that are folded together.
std::string name_of(const profile::Thread& thread);

class Frames {
public:
    Frames(const profile::Profile& profile, Granularity granularity);

    const std::vector<Frame>& all() const { return frames_; }

    // The number of the frame of a location of the profile.
    std::uint32_t of_location(std::uint32_t location) const { return frame_of_location_[location]; }

    // The stack of a context as numbers of frames, outermost first.
    std::vector<std::uint32_t> stack(std::uint32_t context) const;

private:
    const profile::Profile& profile_;
    std::vector<Frame> frames_;
    std::vector<std::uint32_t> frame_of_location_;
};

// Weight and samples of one stack.
struct StackValue {
    std::vector<std::uint32_t> frames;
    std::uint64_t weight = 0;
};

// The stacks of some values (in the order of their contexts), with equal ones added up.
std::vector<StackValue> stacks_of(const Frames& frames, const std::vector<profile::Value>& values);

}  // namespace pyprof::formats
