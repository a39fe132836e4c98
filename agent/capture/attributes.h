#pragma once
// Attributes of Python objects, as object.__dict__ has them. Async-signal-safe; every pointer is checked before it is
// followed.
//
// Other threads add and remove attributes. So this is for a thread that holds the interpreter's lock, whose objects
// nobody changes or frees meanwhile, or for reading copies of memory, which may be of different moments: what is found
// there is no more than likely.
#include <cstdint>
#include <string_view>

#include "agent/capture/memory.h"
#include "agent/cpython/layout.h"

namespace pyprof::capture {

// The address of the value; 0 if there is no such attribute, or if it cannot be read. `name` is ASCII.
std::uint64_t find_attribute(std::uint64_t object, std::string_view name, const cpython::PythonLayout& layout,
                             PageCache& known);

// Whether the text object at this address is this one, in ASCII.
bool is_text(std::uint64_t text, std::string_view expected, const cpython::PythonLayout& layout, PageCache& known);

}  // namespace pyprof::capture
