#include "agent/capture/recording_writer.h"

#include "agent/capture/process_state.h"

namespace pyprof::capture {

void* RecordingWriter::reserve(std::uint32_t bytes) { return process.arena.reserve_record(bytes); }

void RecordingWriter::commit(void* record, std::uint32_t bytes) { Arena::commit_record(record, bytes); }

}  // namespace pyprof::capture
