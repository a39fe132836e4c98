#pragma once
// A recording in plain memory: the RecordingWriter of the agent without file, chunks and counters. A program that links
// memory_recording.cpp must not link agent/capture/recording_writer.cpp.
#include <cstdint>
#include <span>

#include "wire/recording.h"

namespace pyprof::tests {

// All records committed since the last clear, in one piece.
std::span<const unsigned char> recorded_bytes();
void clear_recording();

// From now on reserve() gives nothing, or does again.
void set_recording_full(bool full);

// The code record with this id; nullptr if there is none.
const wire::CodeRecord* find_code_record(std::uint32_t id);

}  // namespace pyprof::tests
