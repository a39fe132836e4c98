#pragma once
// What is known about the run as a whole, its processes and threads, apart from samples.
#include <cstdint>
#include <string>
#include <vector>

#include "gather/tree.h"
#include "profile/profile.h"

namespace pyprof::merge {

// "3.11.2", "3.14.0b1" of a PY_VERSION_HEX (CPython's Include/patchlevel.h); empty for 0.
std::string python_version_text(std::int32_t hex);

// Facts of all processes together. Command and script are those of the lowest rank, before any process without rank.
// `notes` are those of the tree, and one if processes were sampled at different rates.
profile::Run run_of(const gather::Tree& tree);

profile::Process process_of(const gather::Process& process);

// Tells processes that went on as another program from those that were killed: by a bare system call exec leaves no
// word, but the program after it has the same pid.
void find_replaced(std::vector<profile::Process>& processes);

// But for spawned_by, which is a context of the tree.
profile::Thread thread_of(const gather::Thread& thread);

}  // namespace pyprof::merge
