#pragma once
// Reads a recording (recording.h) that may be damaged, cut short or still being written: every offset, count and link
// is checked, what can be kept is kept, and what cannot is counted. Not for the signal side.
//
// A live recording changes while it is read: each value is copied once and only the copy is looked at.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/recording.h"

namespace pyprof::wire {

inline constexpr std::uint32_t no_node = 0xffffffff;

struct TreeNode {
    std::uint64_t key = 0;           // node_key; of a known kind
    std::uint32_t id = 0;            // as in the file
    std::uint32_t parent = no_node;  // position in Recording::nodes, smaller than the node's own; no_node: at the top
    std::uint32_t thread = 0;        // ChunkHeader::tree: ThreadRecord::index of the owner
    std::uint32_t samples = 0;
    std::uint64_t expiries = 0;
    std::uint64_t attached = 0;  // at most expiries
    std::size_t extras = 0;      // its first value in Recording::extras; header.extra_metrics of them
};

struct DecodedModule {
    ModuleRecord record;
    std::string build_id;  // raw bytes
    std::string path;
};

struct DecodedCode {
    CodeRecord record;
    std::string file, name, qualname;  // as stored: TextKind bytes per character
    std::string table;                 // of record.table_kind
};

struct DecodedJit {
    JitRecord record;
    std::vector<JitFunction> functions;  // within the record's range
    std::vector<std::string> names;      // of each function: linkage names
    std::string lines;                   // .debug_line
};

struct DecodedCall {
    CallRow row;               // place is native or Python; kind, peer and size class are in their ranges
    std::uint32_t thread = 0;  // ChunkHeader::tree
};

struct DecodedMoment {
    std::uint32_t time = 0;  // as in moment_entry
    std::uint32_t node = 0;  // position in Recording::nodes
};

struct Recording {
    RecordingHeader header;              // zero where the file is cut within it; extra_metrics is in its range
    std::vector<TreeNode> nodes;         // parents before their children
    std::vector<std::uint64_t> extras;   // values of the extra metrics, node by node
    std::vector<DecodedModule> modules;  // ids are unique and not 0, as in the lists below
    std::vector<DecodedCode> codes;
    std::vector<DecodedJit> jits;  // ids are those of no module
    std::vector<ThreadRecord> threads;
    std::vector<std::uint32_t> unloaded;  // module ids
    std::vector<DecodedCall> calls;
    std::vector<DecodedMoment> moments;  // as they stand in the table; header.moment_shift is in its range
    std::uint64_t file_bytes = 0;
    std::uint64_t missing_bytes = 0;   // in use when it was written, but beyond the end of the file
    std::uint64_t damaged_bytes = 0;   // there, but not understood
    std::uint64_t detached_nodes = 0;  // nodes whose parent is missing; they stand at the top, with their weight
};

// Fails only where there is nothing to keep: not a recording, cut within its first 16 bytes, or of a newer version.
Result<Recording> decode(std::span<const std::byte> bytes);
// The same for a file; the error names it.
Result<Recording> decode_file(const std::string& path);

// Whether these are the first bytes of a recording.
bool is_recording(std::span<const std::byte> bytes);

// Text of a fixed-size field, which ends at its first NUL or at the field's end.
template <std::size_t size>
std::string text_of(const char (&field)[size]) {
    return std::string{std::string_view{field, size}.substr(0, std::string_view{field, size}.find('\0'))};
}

}  // namespace pyprof::wire
