#pragma once
// What is known of words that may be return addresses, for the whole process: 4096 entries of 8 bytes, no locks. The
// same words are met in every scan of a stack, most of them no return addresses at all.
#include <atomic>
#include <cstdint>

namespace pyprof::capture {

// What stands before a return address.
enum class CallSite : std::uint8_t {
    unknown,       // not in the cache
    none,          // no call of a loaded object
    call,          // one that may go anywhere
    call_with,     // one that surely is of a function with unwind information
    call_without,  // one that surely is of code without
};

class CallSiteCache {
public:
    // `generation` is ModuleTable::generation(): what was stored under another is not found, up to 16384 of them back.
    CallSite find(std::uint64_t address, std::uint32_t generation) const;
    // Asks for what find() will read.
    void expect(std::uint64_t address) const;
    // Addresses above the user's 47 bits are not kept.
    void store(std::uint64_t address, std::uint32_t generation, CallSite site);

private:
    static constexpr unsigned index_bits = 12;

    // Address (47 bits) | low bits of the generation (14) | site (3).
    std::atomic<std::uint64_t> entries_[1U << index_bits] = {};
};

}  // namespace pyprof::capture
