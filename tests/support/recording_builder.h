#pragma once
// Recordings made by hand, byte for byte as docs/formats/recording.md says, for tests and corpora. Independent of the
// agent's writer on purpose: each checks the other's reading of the page.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "wire/recording.h"

namespace pyprof::test_support {

struct CodeSpec {
    std::string file = "app.py";
    std::string name = "work";
    std::string qualname = "work";
    std::int32_t first_line = 1;
    std::string table = {};
    wire::LineTableKind table_kind = wire::LineTableKind::locations;
    wire::TextKind text_kind = wire::TextKind::latin1;  // of all three texts, which hold stored bytes
    std::uint32_t first_traceable = 0;
    std::uint8_t truncated = 0;
};

struct ModuleSpec {
    std::string path = "/usr/lib/libwork.so";
    std::string build_id = "\x01\x02";  // raw bytes
    std::uint64_t load_bias = 0x10000;
    std::uint64_t identity = 0;
    std::uint32_t flags = 0;
};

class RecordingBuilder {
public:
    // A header with plausible figures: pid 100 on host "node1", 5 ms per expiry, cpu clock.
    RecordingBuilder();

    wire::RecordingHeader& header() { return header_; }

    // Each gives the id of what it adds, from 1.
    std::uint32_t module(const ModuleSpec& spec = {});
    std::uint32_t code(const CodeSpec& spec = {});
    // A thread's tree and its record, which may be changed until `bytes`.
    std::uint32_t thread(std::int32_t tid, wire::Special root = wire::Special::thread_root);
    wire::ThreadRecord& thread_record(std::uint32_t index) { return threads_[index - 1].record; }
    std::uint32_t root(std::uint32_t thread) const { return threads_[thread - 1].record.root; }
    // A node's id. Set header().extra_metrics before the first.
    std::uint32_t node(std::uint32_t thread, std::uint32_t parent, std::uint64_t key, std::uint32_t expiries = 0);
    void extra(std::uint32_t node, std::uint32_t metric, std::uint64_t value);
    void unloaded(std::uint32_t module);
    // Calls of a thread, from a place given as a node key; its offset.
    std::uint64_t call(std::uint32_t thread, std::uint64_t place, std::string_view name, std::uint64_t count,
                       std::uint64_t time);
    wire::CallRow read_call(std::uint64_t at) const;
    void write_call(std::uint64_t at, const wire::CallRow& row);

    // An entry of the table of moments, after those before it.
    void moment(std::uint32_t time, std::uint32_t node);

    // For damage on purpose.
    wire::Node read_node(std::uint32_t id) const;
    void write_node(std::uint32_t id, const wire::Node& node);
    // A chunk of `pages` pages that holds nothing; its offset.
    std::uint64_t chunk(wire::ChunkKind kind, std::uint32_t pages, std::uint32_t tree = 0);
    // A record of `body` (what follows RecordHeader, a multiple of 8 bytes); its offset.
    std::uint64_t record(wire::RecordKind kind, std::string_view body);

    // The whole file. Thread records are added by the first call; nothing may be added afterwards.
    std::vector<std::byte> bytes();
    // Offsets at which a node or record ends, ascending. After `bytes`.
    const std::vector<std::uint64_t>& borders() const { return borders_; }

private:
    struct ThreadTree {
        wire::ThreadRecord record;
        std::uint64_t chunk = 0;  // where its next node goes
        std::uint64_t calls = 0;  // where its next row of calls goes
        std::uint32_t pages = 1;  // of its next chunk
    };
    wire::ChunkHeader read_chunk(std::uint64_t at) const;
    void write(std::uint64_t at, const void* from, std::size_t size);
    std::uint64_t take(std::uint64_t& chunk, std::uint32_t size, std::uint32_t& pages, wire::ChunkKind kind,
                       std::uint32_t tree);

    wire::RecordingHeader header_{};
    std::string file_;
    std::vector<ThreadTree> threads_;
    std::uint64_t record_chunk_ = 0;
    std::uint32_t modules_ = 0, codes_ = 0, moments_ = 0;
    bool finished_ = false;
    std::vector<std::uint64_t> borders_;
};

// A recording of one thread, whose number is the pid, in one native context with so many expiries.
void write_recording(const std::string& path, std::int32_t pid, std::uint32_t expiries);

}  // namespace pyprof::test_support
