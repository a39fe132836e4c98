#include "formats/collapsed.h"

#include <algorithm>
#include <utility>

namespace pyprof::formats {
namespace {

// Frames end at ';' and lines at a line end, so neither may stand in a name.
std::string safe(std::string text) {
    std::ranges::replace(text, ';', ':');
    return one_line(std::move(text));
}

std::string text_of(const Frame& frame) {
    const std::string file = frame.file.substr(frame.file.rfind('/') + 1);
    if (file.empty()) return safe(frame.name);
    const std::string line = frame.line == 0 ? "" : ":" + std::to_string(frame.line);
    return safe(frame.name + " (" + file + line + ")");
}

}  // namespace

std::string collapsed(const profile::Profile& profile, Granularity granularity) {
    const Frames frames{profile, granularity};
    std::vector<std::string> texts;
    for (const Frame& frame : frames.all()) texts.push_back(text_of(frame));
    std::string lines;
    for (const StackValue& stack : stacks_of(frames, profile.values)) {
        const std::size_t begin = lines.size();
        for (const std::uint32_t frame : stack.frames) {
            if (lines.size() != begin) lines += ';';
            lines += texts[frame];
        }
        if (stack.frames.empty()) lines += "(no stack)";
        lines += ' ' + std::to_string(stack.weight) + '\n';
    }
    return lines;
}

}  // namespace pyprof::formats
