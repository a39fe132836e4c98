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
    std::string name;        // as its author wrote it, UTF-8; never empty
    std::string file;        // source file, else the library; may be empty
    std::uint32_t line = 0;  // 0 with Granularity::function, or unknown
};

class Frames {
public:
    Frames(const profile::Profile& profile, Granularity granularity);

    const std::vector<Frame>& all() const { return frames_; }

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
