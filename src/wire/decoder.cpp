#include "wire/decoder.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/mapped_file.h"
#include "wire/node_order.h"

namespace pyprof::wire {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t smallest_recording = 16;                       // magic, version, header_bytes
constexpr std::uint64_t largest_recording = std::uint64_t{1} << 37;  // beyond it a node has no 32-bit id

// One copy of a T at `at`, zero-filled where the bytes end. The only way this file looks at input.
template <class T>
T copy_at(Bytes bytes, std::uint64_t at) {
    T value{};
    if (at < bytes.size())
        std::memcpy(&value, bytes.data() + at, std::min<std::size_t>(sizeof value, bytes.size() - at));
    return value;
}

class Decoder {
public:
    explicit Decoder(Bytes bytes) : bytes_{bytes} {}

    Recording run() {
        out_.file_bytes = bytes_.size();
        read_header();
        walk_chunks();
        const std::uint64_t links = order_nodes(nodes_, out_.nodes);
        out_.detached_nodes = links;
        out_.damaged_bytes += links * sizeof(Node::parent);
        read_moments();
        return std::move(out_);
    }

private:
    void read_header() {
        out_.header = copy_at<RecordingHeader>(bytes_, 0);
        if (out_.header.extra_metrics > max_extra_metrics) {
            out_.header.extra_metrics = 0;
            out_.damaged_bytes += sizeof out_.header.extra_metrics;
        }
        const std::uint32_t header_bytes = out_.header.header_bytes;
        const bool plausible = header_bytes % page_bytes == 0 && header_bytes >= sizeof(RecordingHeader) &&
                               header_bytes <= 32 * recording_header_bytes;
        chunks_begin_ = plausible ? header_bytes : recording_header_bytes;
        const std::uint64_t committed = out_.header.committed_bytes;
        const bool known = committed % page_bytes == 0 && committed >= chunks_begin_ && committed <= largest_recording;
        chunks_end_ = known ? committed : std::max<std::uint64_t>(bytes_.size(), chunks_begin_);
        if (bytes_.size() < chunks_end_) out_.missing_bytes = chunks_end_ - bytes_.size();
        readable_end_ = std::min<std::uint64_t>(bytes_.size(), chunks_end_);
    }

    void walk_chunks() {
        for (std::uint64_t at = chunks_begin_; at < readable_end_;) {
            const std::optional<ChunkHeader> chunk = chunk_at(at);
            if (!chunk) {
                skip_page(at);
                at += page_bytes;
                continue;
            }
            if (chunk->kind == ChunkKind::nodes) read_nodes(at, *chunk);
            if (chunk->kind == ChunkKind::records) read_records(at, *chunk);
            if (chunk->kind == ChunkKind::calls) read_calls(at, *chunk);
            at += chunk->bytes;
        }
    }

    std::optional<ChunkHeader> chunk_at(std::uint64_t at) const {
        if (readable_end_ - at < sizeof(ChunkHeader)) return std::nullopt;
        const auto chunk = copy_at<ChunkHeader>(bytes_, at);
        const bool known = chunk.kind >= ChunkKind::nodes && chunk.kind <= ChunkKind::calls;
        const bool valid = chunk.magic == chunk_magic && known && chunk.bytes != 0 && chunk.bytes % page_bytes == 0 &&
                           chunk.bytes <= chunks_end_ - at && chunk.used <= chunk.bytes;
        return valid ? std::optional{chunk} : std::nullopt;
    }

    // A page without a single bit was never written: a chunk that the disk had no room for.
    void skip_page(std::uint64_t at) {
        const Bytes page = bytes_.subspan(at, std::min<std::uint64_t>(page_bytes, readable_end_ - at));
        const bool written = std::any_of(page.begin(), page.end(), [](std::byte b) { return b != std::byte{0}; });
        if (written) out_.damaged_bytes += page.size();
    }

    std::uint64_t used_end(std::uint64_t at, const ChunkHeader& chunk) const {
        return std::min(at + chunk.used, readable_end_);
    }

    // One thread fills a chunk in order, so an unpublished node before a published one is damage.
    void read_nodes(std::uint64_t chunk_begin, const ChunkHeader& chunk) {
        const std::uint64_t end = used_end(chunk_begin, chunk);
        const std::uint64_t stride = node_stride(out_.header.extra_metrics);
        std::uint64_t holes = 0;
        for (std::uint64_t at = chunk_begin + sizeof(ChunkHeader); at + stride <= end; at += stride) {
            const auto node = copy_at<Node>(bytes_, at);
            if (node_key::kind(node.key) == 0) {
                ++holes;
                if (node.key == 0) continue;
            } else {
                const auto id = static_cast<std::uint32_t>(at / node_bytes);
                const std::uint64_t attached = std::min<std::uint64_t>(node.attached, node.expiries);
                nodes_.push_back(
                    {{node.key, id, no_node, chunk.tree, node.samples, node.expiries, attached, read_extras(at)},
                     node.parent});
            }
            out_.damaged_bytes += holes * stride;
            holes = 0;
        }
    }

    std::size_t read_extras(std::uint64_t node_at) {
        const std::size_t first = out_.extras.size();
        for (std::uint32_t i = 0; i < out_.header.extra_metrics; ++i)
            out_.extras.push_back(copy_at<std::uint64_t>(bytes_, node_at + sizeof(Node) + i * sizeof(std::uint64_t)));
        return first;
    }

    // A row is there once it says where it was called; its figures go on growing.
    void read_calls(std::uint64_t chunk_begin, const ChunkHeader& chunk) {
        const std::uint64_t end = used_end(chunk_begin, chunk);
        for (std::uint64_t at = chunk_begin + sizeof(ChunkHeader); at + sizeof(CallRow) <= end; at += sizeof(CallRow)) {
            const auto row = copy_at<CallRow>(bytes_, at);
            if (row.place == 0 || row.count == 0) continue;
            if (is_good(row))
                out_.calls.push_back({row, chunk.tree});
            else
                out_.damaged_bytes += sizeof row;
        }
    }

    static bool is_good(const CallRow& row) {
        const std::uint64_t kind = node_key::kind(row.place);
        const bool has_place = kind == node_key::native || kind == node_key::python;
        const std::string name = text_of(row.name);
        const auto is_letter = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'z'); };
        return has_place && row.kind < CallKind::count && row.peer < CallPeer::count && row.size_class <= 64 &&
               !name.empty() && std::all_of(name.begin(), name.end(), is_letter);
    }

    // Versions before had none, and their chunks began where the table is now.
    void read_moments() {
        if (out_.header.version < first_version_with_moments || chunks_begin_ < recording_header_bytes) return;
        if (out_.header.moment_shift > moment_entry::largest_shift) {
            out_.header.moment_shift = 0;
            out_.damaged_bytes += moment_capacity * sizeof(std::uint64_t);
            return;
        }
        const std::vector<std::uint32_t> positions = positions_of_nodes();
        for (std::uint32_t i = 0; i < moment_capacity; ++i) {
            const auto entry = copy_at<std::uint64_t>(bytes_, moment_table_offset + i * sizeof(std::uint64_t));
            if (entry == 0) continue;
            const std::uint32_t id = moment_entry::node_of(entry);
            if (id < positions.size() && positions[id] != no_node)
                out_.moments.push_back({moment_entry::time_of(entry), positions[id]});
            else
                out_.damaged_bytes += sizeof entry;
        }
    }

    // By id, no_node of what is none.
    std::vector<std::uint32_t> positions_of_nodes() const {
        std::vector<std::uint32_t> positions(nodes_.empty() ? 0 : std::size_t{nodes_.back().node.id} + 1, no_node);
        for (std::uint32_t i = 0; i < out_.nodes.size(); ++i) positions[out_.nodes[i].id] = i;
        return positions;
    }

    void read_records(std::uint64_t chunk_begin, const ChunkHeader& chunk) {
        const std::uint64_t end = used_end(chunk_begin, chunk);
        std::uint64_t at = chunk_begin + sizeof(ChunkHeader);
        while (at + sizeof(RecordHeader) <= end) {
            const auto header = copy_at<RecordHeader>(bytes_, at);
            if (header.size < sizeof(RecordHeader) || header.size % 8 != 0 || header.size > end - at) break;
            if (!read_record(bytes_.subspan(at, header.size), header.kind)) out_.damaged_bytes += header.size;
            at += header.size;
        }
        // An unpublished or damaged record hides what comes after it: its length is unknown.
        if (at < end) out_.damaged_bytes += end - at;
    }

    bool read_record(Bytes record, RecordKind kind) {
        switch (kind) {
            case RecordKind::module:
                return read_module(record);
            case RecordKind::code:
                return read_code(record);
            case RecordKind::thread:
                return read_thread(record);
            case RecordKind::unloaded:
                return read_unloaded(record);
            case RecordKind::jit:
                return read_jit(record);
        }
        return true;  // a kind that a later pyprof added to this version
    }

    bool read_module(Bytes record) {
        if (record.size() < sizeof(ModuleRecord)) return false;
        const auto module = copy_at<ModuleRecord>(record, 0);
        Tail tail{record.subspan(sizeof(ModuleRecord))};
        const std::string build_id = tail.take(module.build_id_bytes);
        const std::string path = tail.take(module.path_bytes);
        if (tail.overrun || module.id == 0 || !module_ids_.insert(module.id).second) return false;
        out_.modules.push_back({module, build_id, path});
        return true;
    }

    bool read_code(Bytes record) {
        if (record.size() < sizeof(CodeRecord)) return false;
        DecodedCode code{copy_at<CodeRecord>(record, 0), {}, {}, {}, {}};
        Tail tail{record.subspan(sizeof(CodeRecord))};
        code.file = tail.take(code.record.file_bytes);
        code.name = tail.take(code.record.name_bytes);
        code.qualname = tail.take(code.record.qualname_bytes);
        code.table = tail.take(code.record.table_bytes);
        if (tail.overrun || code.record.id == 0 || !code_ids_.insert(code.record.id).second) return false;
        out_.codes.push_back(std::move(code));
        return true;
    }

    bool read_thread(Bytes record) {
        if (record.size() < sizeof(ThreadRecord)) return false;
        const auto thread = copy_at<ThreadRecord>(record, 0);
        if (thread.index == 0 || !thread_indexes_.insert(thread.index).second) return false;
        out_.threads.push_back(thread);
        return true;
    }

    bool read_unloaded(Bytes record) {
        if (record.size() < sizeof(UnloadedRecord)) return false;
        out_.unloaded.push_back(copy_at<UnloadedRecord>(record, 0).id);
        return true;
    }

    bool read_jit(Bytes record) {
        if (record.size() < sizeof(JitRecord)) return false;
        DecodedJit jit{copy_at<JitRecord>(record, 0), {}, {}, {}};
        Tail tail{record.subspan(sizeof(JitRecord))};
        if (jit.record.function_count > tail.rest.size() / sizeof(JitFunction)) return false;
        for (std::uint32_t i = 0; i < jit.record.function_count; ++i)
            jit.functions.push_back(copy_at<JitFunction>(tail.rest, i * sizeof(JitFunction)));
        tail.take(static_cast<std::uint32_t>(jit.record.function_count * sizeof(JitFunction)));
        for (const JitFunction& function : jit.functions) jit.names.push_back(tail.take(function.name_bytes));
        jit.lines = tail.take(jit.record.line_bytes);
        if (tail.overrun || jit.record.id == 0 || !module_ids_.insert(jit.record.id).second) return false;
        out_.jits.push_back(std::move(jit));
        return true;
    }

    // What follows a record's fixed part.
    struct Tail {
        Bytes rest;
        bool overrun = false;
        std::string take(std::uint32_t count) {
            if (count > rest.size()) overrun = true;
            if (overrun) return {};
            std::string text(reinterpret_cast<const char*>(rest.data()), count);
            rest = rest.subspan(count);
            return text;
        }
    };

    Bytes bytes_;
    Recording out_{};
    std::uint64_t chunks_begin_ = 0;
    std::uint64_t chunks_end_ = 0;    // as the writer says
    std::uint64_t readable_end_ = 0;  // the same, or the end of the file where that comes first
    std::vector<LinkedNode> nodes_;   // by ascending id
    std::unordered_set<std::uint32_t> module_ids_, code_ids_, thread_indexes_;
};

}  // namespace

bool is_recording(Bytes bytes) { return bytes.size() >= 8 && copy_at<std::uint64_t>(bytes, 0) == recording_magic; }

Result<Recording> decode(Bytes bytes) {
    if (bytes.size() < smallest_recording)
        return Error{"it is cut within its first 16 bytes: nothing of the recording is left"};
    if (!is_recording(bytes)) return Error{"it is not a pyprof recording"};
    const auto version = copy_at<std::uint32_t>(bytes, 8);
    if (version > recording_version)
        return Error{"it was recorded by a newer pyprof (recording version " + std::to_string(version) +
                     "; this pyprof reads up to " + std::to_string(recording_version) + "): read it with that pyprof"};
    if (version == 0) return Error{"its version is damaged (0)"};
    return Decoder{bytes}.run();
}

Result<Recording> decode_file(const std::string& path) {
    const Result<MappedFile> file = MappedFile::open(path);
    if (!file) return file.error();
    Result<Recording> recording = decode(file->bytes());
    if (!recording) return Error{"cannot read " + path + ": " + recording.error().message()};
    return recording;
}

}  // namespace pyprof::wire
