#include "agent/capture/arena.h"

#include "agent/capture/syscalls.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23  // Linux 5.14
#endif

namespace pyprof::capture {
namespace {

constexpr std::uint32_t record_chunk_bytes = 4 * wire::page_bytes;
constexpr std::uint64_t smallest_file = wire::recording_header_bytes + 8 * wire::page_bytes;

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t unit) { return (value + unit - 1) / unit * unit; }

void copy_text(char* into, const char* from, std::size_t capacity) {
    std::size_t i = 0;
    for (; i + 1 < capacity && from[i] != '\0'; ++i) into[i] = from[i];
    into[i] = '\0';
}

}  // namespace

bool Arena::open(const char* path, const char* fallback_path, std::uint64_t cap) {
    cap_ = round_up(cap, wire::page_bytes);
    next_.store(wire::recording_header_bytes, std::memory_order_relaxed);
    records_.store(0, std::memory_order_relaxed);
    for (auto& chunk_class : free_)
        for (auto& slot : chunk_class) slot.store(0, std::memory_order_relaxed);
    path_[0] = '\0';
    if (path[0] != '\0' && map_file(path, cap_)) return true;
    if (fallback_path[0] != '\0' && map_file(fallback_path, cap_)) return true;
    base_ = static_cast<std::byte*>(sys::map_anonymous(cap_));
    return base_ != nullptr;
}

// The file is as large as the cap from the start, but sparse: blocks are claimed chunk by chunk in `populate`.
bool Arena::map_file(const char* path, std::uint64_t cap) {
    const std::uint64_t allowed = sys::limit(RLIMIT_FSIZE).rlim_cur;  // ftruncate beyond it raises SIGXFSZ
    const std::uint64_t bytes = (allowed < cap ? allowed : cap) / wire::page_bytes * wire::page_bytes;
    if (bytes < smallest_file) return false;
    const int fd = sys::open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return false;
    void* base = nullptr;
    if (sys::call(SYS_ftruncate, fd, static_cast<long>(bytes)) == 0)
        base = sys::map(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
    sys::close(fd);
    // Without this the first touch of the sparse file reads megabytes of nothing around it: 3 ms instead of 0.1.
    if (base != nullptr) sys::call(SYS_madvise, sys::word(base), static_cast<long>(bytes), MADV_RANDOM);
    base_ = static_cast<std::byte*>(base);
    if (base != nullptr) copy_text(path_, path, sizeof path_);
    if (base == nullptr || !populate(0, wire::recording_header_bytes)) {
        if (base != nullptr) sys::unmap(base, bytes);
        sys::call(SYS_unlink, sys::word(path));
        base_ = nullptr;
        path_[0] = '\0';
        return false;
    }
    cap_ = bytes;
    return true;
}

// Claims disk blocks and touches the pages, so that no later store can fault on a full disk (SIGBUS).
bool Arena::populate(std::uint64_t offset, std::uint64_t bytes) {
    const long populated =
        sys::call(SYS_madvise, sys::word(base_ + offset), static_cast<long>(bytes), MADV_POPULATE_WRITE);
    if (populated == 0) return true;
    if (populated != -22 /* EINVAL: an older kernel */) return false;
    if (path_[0] == '\0') return true;  // plain memory cannot run out of disk
    const int fd = sys::open(path_, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) return false;
    const long claimed = sys::call(SYS_fallocate, fd, 0, static_cast<long>(offset), static_cast<long>(bytes));
    sys::close(fd);
    return claimed == 0;
}

// On a full disk even a read of a page without a block is a fault. Where others have room behind these pages already,
// plain memory takes their place, for whoever reads the recording from memory.
void Arena::give_back(std::uint64_t offset, std::uint64_t bytes) {
    std::uint64_t end = offset + bytes;
    if (next_.compare_exchange_strong(end, offset, std::memory_order_acq_rel)) return;
    sys::map(base_ + offset, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED);
}

void Arena::prepare(std::uint32_t offset, std::uint32_t bytes, wire::ChunkKind kind, std::uint32_t tree) {
    wire::ChunkHeader* header = chunk(offset);
    header->kind = kind;
    header->bytes = bytes;
    header->tree = tree;
    header->used = sizeof(wire::ChunkHeader);
    header->reserved[0] = 0;
    std::atomic_ref{header->magic}.store(wire::chunk_magic, std::memory_order_release);
}

std::uint32_t Arena::take_free(std::uint32_t chunk_class) {
    for (auto& slot : free_[chunk_class]) {
        if (slot.load(std::memory_order_relaxed) == 0) continue;
        const std::uint32_t offset = slot.exchange(0, std::memory_order_acq_rel);
        if (offset != 0) return offset;
    }
    return 0;
}

std::uint32_t Arena::allocate(std::uint32_t chunk_class, wire::ChunkKind kind, std::uint32_t tree) {
    const std::uint32_t reused = take_free(chunk_class);
    if (reused == 0) return allocate_bytes(chunk_class_bytes(chunk_class), kind, tree);
    prepare(reused, chunk_class_bytes(chunk_class), kind, tree);
    return reused;
}

std::uint32_t Arena::allocate_bytes(std::uint32_t bytes, wire::ChunkKind kind, std::uint32_t tree) {
    const std::uint64_t size = round_up(bytes, wire::page_bytes);
    std::uint64_t offset = next_.load(std::memory_order_relaxed);
    do {
        if (offset + size > cap_) return 0;
    } while (!next_.compare_exchange_weak(offset, offset + size, std::memory_order_acq_rel));
    if (!populate(offset, size)) {
        give_back(offset, size);
        std::atomic_ref{header()->losses[static_cast<std::uint32_t>(wire::Loss::file_full)]}.fetch_add(1);
        return 0;
    }
    prepare(static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(size), kind, tree);
    std::atomic_ref committed{header()->committed_bytes};
    std::uint64_t seen = committed.load(std::memory_order_relaxed);
    while (seen < offset + size && !committed.compare_exchange_weak(seen, offset + size, std::memory_order_release)) {
    }
    return static_cast<std::uint32_t>(offset);
}

void Arena::release(std::uint32_t offset) {
    wire::ChunkHeader* header = chunk(offset);
    const std::uint32_t bytes = header->bytes;
    header->kind = wire::ChunkKind::free;
    header->used = sizeof(wire::ChunkHeader);
    auto* words = reinterpret_cast<std::uint64_t*>(header + 1);
    for (std::size_t i = 0; i < (bytes - sizeof *header) / sizeof *words; ++i) words[i] = 0;
    for (std::uint32_t chunk_class = 0; chunk_class < chunk_classes; ++chunk_class) {
        if (chunk_class_bytes(chunk_class) != bytes) continue;
        for (auto& slot : free_[chunk_class]) {
            std::uint32_t empty = 0;
            if (slot.compare_exchange_strong(empty, offset, std::memory_order_acq_rel)) return;
        }
    }
}

void* Arena::reserve_record(std::uint32_t bytes) {
    for (;;) {
        std::uint64_t state = records_.load(std::memory_order_acquire);
        const auto offset = static_cast<std::uint32_t>(state >> 32);
        const auto used = static_cast<std::uint32_t>(state);
        if (offset != 0 && used + std::uint64_t{bytes} <= chunk(offset)->bytes) {
            if (!records_.compare_exchange_weak(state, state + bytes, std::memory_order_acq_rel)) continue;
            std::atomic_ref{chunk(offset)->used}.fetch_add(bytes, std::memory_order_relaxed);
            return base_ + offset + used;
        }
        constexpr std::uint32_t header_bytes = sizeof(wire::ChunkHeader);
        const bool large = bytes > record_chunk_bytes - header_bytes;
        const std::uint32_t fresh =
            allocate_bytes(large ? bytes + header_bytes : record_chunk_bytes, wire::ChunkKind::records, 0);
        if (fresh == 0) return nullptr;
        if (large) {  // a chunk of its own; the shared one goes on
            chunk(fresh)->used = header_bytes + bytes;
            return base_ + fresh + header_bytes;
        }
        const std::uint64_t next = std::uint64_t{fresh} << 32 | header_bytes;
        if (!records_.compare_exchange_strong(state, next, std::memory_order_acq_rel)) release(fresh);
    }
}

void Arena::commit_record(void* record, std::uint32_t bytes) {
    std::atomic_ref{static_cast<wire::RecordHeader*>(record)->size}.store(bytes, std::memory_order_release);
}

void Arena::detach() {
    base_ = nullptr;
    path_[0] = '\0';
}

void Arena::abandon() {
    if (base_ != nullptr) sys::unmap(base_, cap_);
    detach();
}

}  // namespace pyprof::capture
