#include "tests/support/recording_builder.h"

#include <algorithm>
#include <cstring>
#include <fstream>

namespace pyprof::test_support {
namespace {

constexpr std::uint32_t most_pages = 32;

template <class T>
std::string body_of(const T& record, std::string_view tail) {
    std::string body(reinterpret_cast<const char*>(&record) + sizeof(wire::RecordHeader),
                     sizeof record - sizeof(wire::RecordHeader));
    body += tail;
    body.resize((body.size() + 7) / 8 * 8);
    return body;
}

std::uint32_t length(std::string_view text) { return static_cast<std::uint32_t>(text.size()); }

}  // namespace

RecordingBuilder::RecordingBuilder() : file_(wire::recording_header_bytes, '\0') {
    header_.magic = wire::recording_magic;
    header_.version = wire::recording_version;
    header_.header_bytes = wire::recording_header_bytes;
    header_.ticks_per_second = 250;
    header_.period_ns = 5'000'000;
    header_.pid = 100;
    header_.parent_pid = 99;
    header_.rank = -1;
    header_.started_realtime_ns = 1'700'000'000'000'000'000;
    header_.started_ns = 1'000'000;
    header_.last_ns = 61'000'000;
    header_.ticks_per_ms = 2'000'000;
    header_.slice_shift = 20;
    std::strcpy(header_.host, "node1");
    std::strcpy(header_.script, "app.py");
    std::memcpy(header_.command, "python3\0app.py\0", 16);
}

wire::ChunkHeader RecordingBuilder::read_chunk(std::uint64_t at) const {
    wire::ChunkHeader chunk;
    std::memcpy(&chunk, file_.data() + at, sizeof chunk);
    return chunk;
}

void RecordingBuilder::write(std::uint64_t at, const void* from, std::size_t size) {
    std::memcpy(file_.data() + at, from, size);
}

std::uint64_t RecordingBuilder::chunk(wire::ChunkKind kind, std::uint32_t pages, std::uint32_t tree) {
    const std::uint64_t at = file_.size();
    file_.resize(at + std::size_t{pages} * wire::page_bytes);
    const wire::ChunkHeader header{wire::chunk_magic, kind, pages * wire::page_bytes, tree, sizeof header, {}};
    write(at, &header, sizeof header);
    return at;
}

// Room for `size` bytes in `chunk`, or in a new one that is twice as large as the one before.
std::uint64_t RecordingBuilder::take(std::uint64_t& chunk_at, std::uint32_t size, std::uint32_t& pages,
                                     wire::ChunkKind kind, std::uint32_t tree) {
    if (chunk_at == 0 || read_chunk(chunk_at).used + size > read_chunk(chunk_at).bytes) {
        const auto needed =
            static_cast<std::uint32_t>((sizeof(wire::ChunkHeader) + size + wire::page_bytes - 1) / wire::page_bytes);
        chunk_at = chunk(kind, std::max(pages, needed), tree);
        pages = std::min(2 * pages, most_pages);
    }
    wire::ChunkHeader header = read_chunk(chunk_at);
    const std::uint64_t at = chunk_at + header.used;
    header.used += size;
    write(chunk_at, &header, sizeof header);
    borders_.push_back(at + size);
    return at;
}

std::uint64_t RecordingBuilder::record(wire::RecordKind kind, std::string_view body) {
    std::uint32_t pages = 4;
    const wire::RecordHeader header{static_cast<std::uint32_t>(sizeof(wire::RecordHeader) + body.size()), kind};
    const std::uint64_t at = take(record_chunk_, header.size, pages, wire::ChunkKind::records, 0);
    write(at, &header, sizeof header);
    write(at + sizeof header, body.data(), body.size());
    return at;
}

std::uint32_t RecordingBuilder::module(const ModuleSpec& spec) {
    wire::ModuleRecord module{};
    module.id = ++modules_;
    module.build_id_bytes = length(spec.build_id);
    module.load_bias = spec.load_bias;
    module.begin = spec.load_bias;
    module.end = spec.load_bias + 0x100000;
    module.identity = spec.identity;
    module.path_bytes = length(spec.path);
    module.flags = spec.flags;
    record(wire::RecordKind::module, body_of(module, spec.build_id + spec.path));
    return module.id;
}

std::uint32_t RecordingBuilder::code(const CodeSpec& spec) {
    wire::CodeRecord code{};
    code.id = ++codes_;
    code.first_line = spec.first_line;
    code.first_traceable = spec.first_traceable;
    code.file_bytes = length(spec.file);
    code.name_bytes = length(spec.name);
    code.qualname_bytes = length(spec.qualname);
    code.table_bytes = length(spec.table);
    code.file_kind = code.name_kind = code.qualname_kind = spec.text_kind;
    code.table_kind = spec.table_kind;
    code.truncated = spec.truncated;
    record(wire::RecordKind::code, body_of(code, spec.file + spec.name + spec.qualname + spec.table));
    return code.id;
}

std::uint32_t RecordingBuilder::thread(std::int32_t tid, wire::Special root) {
    const auto index = static_cast<std::uint32_t>(threads_.size() + 1);
    threads_.emplace_back();
    wire::ThreadRecord& thread = threads_.back().record;
    thread = {};
    thread.index = index;
    thread.tid = tid;
    thread.is_python = 1;
    thread.armed = 1;
    thread.started_ns = header_.started_ns;
    if (root == wire::Special::ended_threads) {
        thread.state = wire::ThreadState::folded;
        std::strcpy(thread.name, "ended threads");
    }
    thread.root = node(index, 0, wire::node_key::make_special(static_cast<std::uint64_t>(root)));
    return index;
}

std::uint32_t RecordingBuilder::node(std::uint32_t thread, std::uint32_t parent, std::uint64_t key,
                                     std::uint32_t expiries) {
    ThreadTree& tree = threads_[thread - 1];
    const std::uint32_t stride = wire::node_stride(header_.extra_metrics);
    const std::uint64_t at = take(tree.chunk, stride, tree.pages, wire::ChunkKind::nodes, thread);
    const auto id = static_cast<std::uint32_t>(at / wire::node_bytes);
    write_node(id, {key, parent, expiries, expiries, 0, 0});
    return id;
}

void RecordingBuilder::extra(std::uint32_t id, std::uint32_t metric, std::uint64_t value) {
    write(std::uint64_t{id} * wire::node_bytes + sizeof(wire::Node) + metric * sizeof value, &value, sizeof value);
}

void RecordingBuilder::unloaded(std::uint32_t module) {
    const wire::UnloadedRecord unloaded{{}, module, 0};
    record(wire::RecordKind::unloaded, body_of(unloaded, {}));
}

std::uint64_t RecordingBuilder::call(std::uint32_t thread, std::uint64_t place, std::string_view name,
                                     std::uint64_t count, std::uint64_t time) {
    std::uint32_t pages = 1;
    const std::uint64_t at =
        take(threads_[thread - 1].calls, sizeof(wire::CallRow), pages, wire::ChunkKind::calls, thread);
    wire::CallRow row{};
    row.place = place;
    std::memcpy(row.name, name.data(), std::min(name.size(), sizeof row.name - 1));
    row.kind = wire::CallKind::collective;
    row.peer = wire::CallPeer::collective;
    row.count = count;
    row.time = row.longest = time;
    row.shortest = time / count;
    write_call(at, row);
    return at;
}

wire::CallRow RecordingBuilder::read_call(std::uint64_t at) const {
    wire::CallRow row;
    std::memcpy(&row, file_.data() + at, sizeof row);
    return row;
}

void RecordingBuilder::write_call(std::uint64_t at, const wire::CallRow& row) { write(at, &row, sizeof row); }

void RecordingBuilder::moment(std::uint32_t time, std::uint32_t node) {
    const std::uint64_t entry = std::uint64_t{time} << 32 | node;
    write(wire::moment_table_offset + sizeof entry * moments_++, &entry, sizeof entry);
}

wire::Node RecordingBuilder::read_node(std::uint32_t id) const {
    wire::Node node;
    std::memcpy(&node, file_.data() + std::size_t{id} * wire::node_bytes, sizeof node);
    return node;
}

void RecordingBuilder::write_node(std::uint32_t id, const wire::Node& node) {
    write(std::uint64_t{id} * wire::node_bytes, &node, sizeof node);
}

std::vector<std::byte> RecordingBuilder::bytes() {
    if (!finished_)
        for (const ThreadTree& tree : threads_) record(wire::RecordKind::thread, body_of(tree.record, {}));
    finished_ = true;
    header_.committed_bytes = file_.size();
    write(0, &header_, sizeof header_);
    std::sort(borders_.begin(), borders_.end());
    std::vector<std::byte> bytes(file_.size());
    std::memcpy(bytes.data(), file_.data(), file_.size());
    return bytes;
}

void write_recording(const std::string& path, std::int32_t pid, std::uint32_t expiries) {
    RecordingBuilder builder;
    builder.header().pid = pid;
    const std::uint32_t main = builder.thread(pid);
    builder.node(main, builder.root(main), wire::node_key::make_native(0x1000, 0, false, false), expiries);
    const auto bytes = builder.bytes();
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                static_cast<std::streamsize>(bytes.size()));
}

}  // namespace pyprof::test_support
