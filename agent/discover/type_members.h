#pragma once
// What the interpreter's own types say of their objects' layout. A type names members with their places (PyMemberDef,
// Include/structmember.h, Include/descrobject.h) and its objects' size; both are constant data that can be read before
// the interpreter is initialised. Not for signal handlers.
#include <cstdint>

#include "agent/cpython/layout.h"

namespace pyprof::discover {

// Addresses of types; 0 where one is not exported.
struct Types {
    std::uint64_t code, frame, text, bytes;  // PyCode_Type, PyFrame_Type, PyUnicode_Type, PyBytes_Type
};

// The name of the first member, or kind of object, that lies elsewhere than the layout says; nullptr if there is none.
const char* find_misplaced(const cpython::PythonLayout& layout, const Types& types);

// Where the member of this name lies in the type's objects; `absent` if the type has none.
cpython::Offset find_member(const cpython::PythonLayout& layout, std::uint64_t type, const char* name);

}  // namespace pyprof::discover
