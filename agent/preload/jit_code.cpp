#include "agent/preload/jit_code.h"

#include <atomic>

#include "agent/capture/memory.h"
#include "agent/capture/native_code.h"
#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"
#include "agent/discover/jit_descriptor.h"
#include "agent/discover/jit_object.h"

namespace pyprof::preload {
namespace {

namespace sys = capture::sys;
using capture::native_code;

constexpr std::uint32_t max_libraries = 8;
constexpr std::uint32_t max_searches = 64;  // of libraries that have no descriptor, or not yet
constexpr std::uint32_t max_walk = 8192;    // entries of a list
constexpr std::uint64_t max_object_bytes = 32u << 20;

struct Library {
    std::uint64_t begin = 0, end = 0;
    std::uint64_t descriptor = 0;
    std::uint32_t searches = 0;
};

// Guarded by `calls`.
Library libraries[max_libraries];
std::uint32_t library_count = 0;

// The first to come does the work, also for those who come meanwhile.
std::atomic<std::uint32_t> calls{0};

Library* library_of(std::uint64_t address) {
    for (std::uint32_t i = 0; i < library_count; ++i)
        if (address >= libraries[i].begin && address < libraries[i].end) return &libraries[i];
    capture::FoundObject found;
    if (library_count == max_libraries || !capture::find_object(address, found)) return nullptr;
    libraries[library_count] = {found.begin, found.end, 0, 0};
    return &libraries[library_count++];
}

void look_for_descriptor(std::uint64_t address) {
    capture::FoundObject found;
    Library* const library = library_of(address);
    if (library == nullptr || library->descriptor != 0 || library->searches == max_searches) return;
    ++library->searches;
    if (capture::find_object(address, found)) library->descriptor = discover::find_jit_descriptor(found);
}

// Entries and objects are freed and their memory used again, so an address alone says little.
std::uint64_t mark_of(const discover::JitEntry& entry) {
    return (entry.address ^ entry.object * 0x9e3779b97f4a7c15) + entry.bytes;
}

void add_object(const discover::JitEntry& entry, std::byte* copy) {
    if (!capture::copy_from_memory(entry.object, copy, entry.bytes)) return;
    const discover::JitObject object{{copy, entry.bytes}};
    const std::uint32_t bytes = object.record_bytes();
    if (bytes == 0) return;
    wire::JitRecord* const record = native_code.jit_code.next_record(bytes);
    if (record == nullptr) return capture::count_loss(wire::Loss::jit_code_full);
    object.write(*record);
    native_code.jit_code.add(bytes, mark_of(entry));
}

void read_object(const discover::JitEntry& entry) {
    if (entry.bytes == 0 || entry.bytes > max_object_bytes) return;
    void* const copy = sys::map_anonymous(entry.bytes);
    if (copy == nullptr) return;
    add_object(entry, static_cast<std::byte*>(copy));
    sys::unmap(copy, entry.bytes);
}

// The newest entry is always read: its memory may have belonged to one that is known.
void read_list(std::uint64_t descriptor) {
    discover::JitEntry entry;
    if (!discover::first_jit_entry(descriptor, entry)) return;
    read_object(entry);
    for (std::uint32_t i = 0; i < max_walk && discover::jit_entry_at(entry.next, entry); ++i) {
        if (native_code.jit_code.knows(mark_of(entry))) return;
        read_object(entry);
    }
}

}  // namespace

void code_was_made(std::uint64_t caller) {
    if (calls.fetch_add(1, std::memory_order_acquire) != 0) return;
    std::uint32_t done = 0;
    do {
        done = calls.load(std::memory_order_acquire);
        look_for_descriptor(caller);
        for (std::uint32_t i = 0; i < library_count; ++i)
            if (libraries[i].descriptor != 0) read_list(libraries[i].descriptor);
    } while (!calls.compare_exchange_strong(done, 0, std::memory_order_acq_rel));
}

void jit_code_after_fork() { calls.store(0); }

}  // namespace pyprof::preload
