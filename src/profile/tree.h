#pragma once
// Walks over the calling context tree. Linear in the number of contexts and never recursive, so stacks may be as deep
// as they like.
#include <cstdint>
#include <span>
#include <vector>

#include "profile/profile.h"

namespace pyprof::profile {

// Inclusive values of every context from exclusive ones.
std::vector<std::uint64_t> inclusive(const Profile& profile, std::vector<std::uint64_t> exclusive);

// For keys of contexts (`none`: no key), true where no caller has the same key. The inclusive values of these contexts
// sum to the key's total, with recursion counted once per stack.
std::vector<bool> outermost(const Profile& profile, std::span<const std::uint32_t> keys);

// The innermost Python frame of every context, itself included: a context, or 0 where there is none.
std::vector<std::uint32_t> innermost_python(const Profile& profile);

// The same without the frames of the import machinery, which calls for whoever imports.
std::vector<std::uint32_t> innermost_python_outside_imports(const Profile& profile);

// Whether a function is of the import machinery of CPython.
bool is_import_machinery(const Function& function);

// The contexts from the outermost frame to `context`, without the root.
std::vector<std::uint32_t> path_to(const Profile& profile, std::uint32_t context);

// Where a thread was started: a location, of the innermost Python frame if there is one. `none`: unknown.
std::uint32_t start_of(const Profile& profile, const Thread& thread);

// The function a context stands for; the context must not be the root.
const Function& function_of(const Profile& profile, std::uint32_t context);
const Location& location_of(const Profile& profile, std::uint32_t context);

}  // namespace pyprof::profile
