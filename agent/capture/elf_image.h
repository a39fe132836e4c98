#pragma once
// A loaded ELF object as it lies in memory: what its program headers and dynamic section say. Every read is checked
// against the readable segments, so a damaged file costs a missing name and never a fault. Async-signal-safe.
#include <cstdint>
#include <elf.h>

namespace pyprof::capture {

struct MemoryRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    bool holds(std::uint64_t address, std::uint64_t bytes) const {
        return address >= begin && address <= end && bytes <= end - address;
    }
};

class ElfImage {
public:
    ElfImage() = default;
    // `headers` must be readable for as long as the image is used.
    ElfImage(std::uint64_t bias, const Elf64_Phdr* headers, std::uint32_t count)
        : bias_{bias}, headers_{headers}, count_{count} {}
    // From the ELF header at the start of a mapping; an image without segments if there is none.
    static ElfImage at(std::uint64_t begin, std::uint64_t end, std::uint64_t bias);

    std::uint64_t bias() const { return bias_; }
    const Elf64_Phdr* begin() const { return headers_; }
    const Elf64_Phdr* end() const { return headers_ + count_; }
    // Whether [address, address + bytes) lies in one readable segment.
    bool holds(std::uint64_t address, std::uint64_t bytes) const;
    // The readable segments around `address` that touch each other, page-wise.
    MemoryRange readable_around(std::uint64_t address) const;
    // The segment of readable code around `address`; empty if there is none. An object may have several, with gaps.
    MemoryRange code_around(std::uint64_t address) const;
    template <class T>
    bool read(std::uint64_t address, T& value) const {
        if (!holds(address, sizeof(T))) return false;
        __builtin_memcpy(&value, reinterpret_cast<const void*>(address), sizeof(T));
        return true;
    }

private:
    std::uint64_t bias_ = 0;
    const Elf64_Phdr* headers_ = nullptr;
    std::uint32_t count_ = 0;
};

// Address of an exported symbol by the image's .gnu.hash table; 0 if it is not exported or there is no such table.
std::uint64_t find_export(const ElfImage& image, const char* name);

struct BuildId {
    const unsigned char* bytes = nullptr;
    std::uint32_t count = 0;  // 0: the object has none
};
BuildId find_build_id(const ElfImage& image);

// FNV-1a; chained through `seed`.
inline constexpr std::uint64_t hash_seed = 0xcbf29ce484222325;
std::uint64_t hash_bytes(const void* bytes, std::uint64_t count, std::uint64_t seed);

// Stands for the file's content where there is no build id: a hash of the program headers (and with them the size)
// and of the first 64 KiB of .dynsym. Equal in every process that maps the same file.
std::uint64_t hash_identity(const ElfImage& image);

}  // namespace pyprof::capture
