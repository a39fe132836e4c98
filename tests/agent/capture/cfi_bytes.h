#pragma once
// Writes call frame information for the tests, byte by byte.
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "agent/capture/elf_image.h"

namespace pyprof::tests {

using Bytes = std::vector<unsigned char>;

// One common entry, function entries behind it, and the header with its table in front; addresses are relative, so the
// code may be anywhere within 2 GiB.
class CfiBytes {
public:
    // `augmentation` is "zR" or "zRS".
    CfiBytes(const char* augmentation, const Bytes& common_instructions) {
        bytes_.reserve(capacity);  // addresses inside must stay
        bytes_.resize(header_bytes);
        Bytes body = {0, 0, 0, 0, 1};
        for (const char* letter = augmentation; *letter != 0; ++letter)
            body.push_back(static_cast<unsigned char>(*letter));
        body.push_back(0);
        for (unsigned char byte : {0x01, 0x78, 0x10, 0x01, 0x1b})
            body.push_back(byte);  // 1, -8, rip, 1 byte: pcrel sdata4
        body.insert(body.end(), common_instructions.begin(), common_instructions.end());
        common_entry_ = append_entry(body);
    }

    // Functions must be added in the order of their addresses.
    void add_function(std::uint64_t begin, std::uint32_t length, const Bytes& instructions) {
        const std::uint64_t entry = bytes_.size();
        Bytes body(13);
        put32(body, 0, static_cast<std::uint32_t>(entry + 4 - common_entry_));
        put32(body, 4, static_cast<std::uint32_t>(begin - (address() + entry + 8)));
        put32(body, 8, length);
        body.insert(body.end(), instructions.begin(), instructions.end());
        append_entry(body);
        functions_.push_back({begin, entry});
    }

    // Address of the finished header.
    std::uint64_t header() {
        const unsigned char start[] = {1, 0x1b, 0x03, 0x3b};
        std::memcpy(bytes_.data(), start, sizeof start);
        put32(bytes_, 8, static_cast<std::uint32_t>(functions_.size()));
        for (std::size_t i = 0; i < functions_.size(); ++i) {
            put32(bytes_, 12 + 8 * i, static_cast<std::uint32_t>(functions_[i].begin - address()));
            put32(bytes_, 16 + 8 * i, static_cast<std::uint32_t>(functions_[i].entry));
        }
        return address();
    }

    std::uint64_t address() const { return reinterpret_cast<std::uint64_t>(bytes_.data()); }
    capture::MemoryRange memory() const { return {address(), address() + bytes_.size()}; }
    Bytes& bytes() { return bytes_; }

private:
    static constexpr std::size_t capacity = 16384;
    static constexpr std::size_t header_bytes = 12 + 8 * 32;  // at most 32 functions
    struct Function {
        std::uint64_t begin, entry;
    };

    std::uint64_t append_entry(Bytes body) {
        while (body.size() % 4 != 0) body.push_back(0);
        const std::uint64_t at = bytes_.size();
        bytes_.resize(at + 4);
        put32(bytes_, at, static_cast<std::uint32_t>(body.size()));
        bytes_.insert(bytes_.end(), body.begin(), body.end());
        return at;
    }

    static void put32(Bytes& bytes, std::size_t at, std::uint32_t value) { std::memcpy(bytes.data() + at, &value, 4); }

    Bytes bytes_;
    std::uint64_t common_entry_ = 0;
    std::vector<Function> functions_;
};

}  // namespace pyprof::tests
