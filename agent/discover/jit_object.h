#pragma once
// What an object in memory, made by a JIT compiler, says of its functions and lines. The object is an ELF file, usually
// relocatable (ET_REL) with the final address of each loaded section in sh_addr, as LLVM registers it with debuggers;
// debugging sections are not relocated. Works on a copy of the object, whose every offset and count is checked.
// Outside handlers.
#include <cstddef>
#include <cstdint>
#include <span>

#include "wire/recording.h"

namespace pyprof::discover {

class JitObject {
public:
    static constexpr std::uint32_t max_functions = 4096;
    static constexpr std::uint32_t max_record_bytes = 512u << 10;

    // `bytes` must live as long as the object.
    explicit JitObject(std::span<const std::byte> bytes) : bytes_{bytes} {}

    // Bytes of a wire::JitRecord for it, a multiple of 8; 0 if there is no function in it or more than the bounds
    // allow.
    std::uint32_t record_bytes() const;
    // Fills everything but size, kind and id into that many zeroed bytes.
    void write(wire::JitRecord& record) const;

private:
    struct Section;  // a section header
    struct Table;    // symbols and their strings
    struct Sums;

    template <class T>
    bool read(std::uint64_t at, T& value) const;
    bool section(std::uint32_t index, Section& found) const;
    std::uint32_t section_count() const;
    bool find_table(Table& table) const;
    const char* text(const Section& strings, std::uint64_t offset, std::uint32_t& bytes) const;
    template <class Visit>
    void each_function(Visit visit) const;
    Sums sums() const;
    bool find_lines(Section& lines, std::uint32_t& index) const;
    void copy_lines(std::uint64_t begin, std::byte* into) const;
    void relocate(const Section& relocations, std::uint64_t begin, std::byte* lines, std::uint64_t line_bytes) const;

    std::span<const std::byte> bytes_;
};

}  // namespace pyprof::discover
