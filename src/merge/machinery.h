#pragma once
// Which frames a reader does not want to see: what the interpreter and the wrappers of native bindings (wrappers.h) do
// to get from one Python function to the next, or from Python into an extension.
//
// A frame is judged by the stack it stands in, because the same function is machinery between two Python frames and
// the work itself at the end of a stack (list.sort with and without a key function). So a gathered context becomes up
// to four contexts, one for each kind of what lies below it in the stacks that run through it:
//
//   python     a Python frame or the cycle collector lies below: every frame of the interpreter and every wrapper is
//   hidden, and at the root
//              also the C library's start of the program or thread (of threads that work for a Python line
//              always)
//   extension  no Python frame below, but code of an extension or library: from the last Python frame on, wrappers are
//              hidden, and interpreter frames if they are call glue or have no name
//   wrapper    only a wrapper, which itself works (it converts or copies arguments) and stays: interpreter frames as
//              for an extension
//   work       none of these: call glue is hidden, everything else is work that Python asked for and stays
//
// Nothing is hidden in a stack without Python, but pyprof's own frames. Below the frame that stands for the cycle
// collector the interpreter's frames are hidden: they are its parts.
#include <cstdint>
#include <string_view>

#include "merge/names.h"

namespace pyprof::merge {

// What lies below a frame in the direction of the leaf.
enum class Below : std::uint8_t { work, wrapper, extension, python };
inline constexpr std::size_t below_count = 4;

// What lies below the caller of a frame of this kind that has `below` below itself.
Below seen_from_caller(FrameKind frame, Below below);

// What lies above a frame in the direction of the root.
struct Above {
    bool has_python = false;  // a Python frame
    bool is_start = true;     // nothing but the start of the process or thread
    bool collects = false;    // the cycle collector, and no Python frame below it
};
Above with_frame(Above above, FrameKind frame);

// True if the interpreter function of this name only passes a call on. Names are those of CPython 3.8 to 3.14.
bool is_call_glue(std::string_view function);

struct Judged {
    FrameKind kind = FrameKind::program;
    std::string_view name;
    bool named = true;
};
bool is_machinery(const Judged& frame, Above above, Below below);

}  // namespace pyprof::merge
