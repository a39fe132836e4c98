#pragma once
// The memory of one recording: a reserved address range whose pages become a mapped file chunk by chunk, so that
// whatever was written survives the process. docs/formats/recording.md describes the bytes.
//
// Lock-free: `allocate`, `release` and the record functions may be called from signal handlers of any thread.
// `open`, `detach` and `abandon` are for one thread at a time (the agent's state machine guarantees it); `open` is
// async-signal-safe, because it runs in the handler of the first sample.
//
// No file descriptor is kept: a program that closes all descriptors must not make us write into its files.
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "wire/recording.h"

namespace pyprof::capture {

// Chunk sizes are 4 KiB << class.
inline constexpr std::uint32_t chunk_classes = 6;
constexpr std::uint32_t chunk_class_bytes(std::uint32_t chunk_class) { return wire::page_bytes << chunk_class; }

class Arena {
public:
    // Creates the file `path` (O_EXCL, at most `cap` bytes, less where RLIMIT_FSIZE says so), else tries
    // `fallback_path`, else plain memory. Either path may be empty. False: not even memory.
    bool open(const char* path, const char* fallback_path, std::uint64_t cap);

    wire::RecordingHeader* header() const { return reinterpret_cast<wire::RecordingHeader*>(base_); }
    std::byte* base() const { return base_; }
    std::uint64_t committed() const { return next_.load(std::memory_order_acquire); }
    std::uint64_t mapped_bytes() const { return cap_; }
    const char* path() const { return path_; }  // empty: plain memory

    // A zeroed chunk of the given class, its header filled but for `magic`; 0 when the cap or the disk is reached. Then
    // the next one may fit again: the disk may have room by then.
    std::uint32_t allocate(std::uint32_t chunk_class, wire::ChunkKind kind, std::uint32_t tree);
    // A zeroed chunk of at least `bytes`, rounded up to pages.
    std::uint32_t allocate_bytes(std::uint32_t bytes, wire::ChunkKind kind, std::uint32_t tree);
    // Gives a chunk back for reuse; its content is erased.
    void release(std::uint32_t offset);

    wire::ChunkHeader* chunk(std::uint32_t offset) const {
        return reinterpret_cast<wire::ChunkHeader*>(base_ + offset);
    }
    wire::Node* node(std::uint32_t id) const {
        return reinterpret_cast<wire::Node*>(base_ + std::uint64_t{id} * wire::node_bytes);
    }

    // As RecordingWriter::reserve and commit.
    void* reserve_record(std::uint32_t bytes);
    static void commit_record(void* record, std::uint32_t bytes);

    // Forgets the mapping without touching it (it stays readable for whoever took it over).
    void detach();
    // In a forked child: drops the parent's mapping.
    void abandon();

private:
    bool map_file(const char* path, std::uint64_t cap);
    bool populate(std::uint64_t offset, std::uint64_t bytes);
    void give_back(std::uint64_t offset, std::uint64_t bytes);
    std::uint32_t take_free(std::uint32_t chunk_class);
    void prepare(std::uint32_t offset, std::uint32_t bytes, wire::ChunkKind kind, std::uint32_t tree);

    static constexpr std::uint32_t free_slots = 64;
    std::byte* base_ = nullptr;
    std::uint64_t cap_ = 0;
    std::atomic<std::uint64_t> next_{0};
    std::atomic<std::uint64_t> records_{0};  // chunk offset << 32 | bytes used
    std::atomic<std::uint32_t> free_[chunk_classes][free_slots]{};
    char path_[1024] = {};
};

}  // namespace pyprof::capture
