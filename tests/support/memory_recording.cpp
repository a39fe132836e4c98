#include "tests/support/memory_recording.h"

#include <atomic>
#include <cstring>

#include "agent/capture/recording_writer.h"

namespace {

constexpr std::uint64_t capacity = 64u << 20;  // untouched pages cost nothing
alignas(8) unsigned char memory[capacity];
std::atomic<std::uint64_t> used{0};
std::atomic<bool> is_full{false};

}  // namespace

namespace pyprof::capture {

void* RecordingWriter::reserve(std::uint32_t bytes) {
    if (is_full) return nullptr;
    const std::uint64_t begin = used.fetch_add(bytes);
    return begin + bytes <= capacity ? memory + begin : nullptr;
}

void RecordingWriter::commit(void* record, std::uint32_t bytes) {
    std::atomic_ref{static_cast<wire::RecordHeader*>(record)->size}.store(bytes, std::memory_order_release);
}

}  // namespace pyprof::capture

namespace pyprof::tests {

std::span<const unsigned char> recorded_bytes() { return {memory, used.load()}; }

void clear_recording() { std::memset(memory, 0, used.exchange(0)); }

void set_recording_full(bool full) { is_full = full; }

const wire::CodeRecord* find_code_record(std::uint32_t id) {
    const std::span<const unsigned char> bytes = recorded_bytes();
    for (std::size_t at = 0; at + sizeof(wire::CodeRecord) <= bytes.size();) {
        const auto* const record = reinterpret_cast<const wire::CodeRecord*>(bytes.data() + at);
        const std::uint32_t size = std::atomic_ref{const_cast<std::uint32_t&>(record->header.size)}.load();
        if (size == 0) return nullptr;
        if (record->header.kind == wire::RecordKind::code && record->id == id) return record;
        at += size;
    }
    return nullptr;
}

}  // namespace pyprof::tests
