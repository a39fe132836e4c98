#pragma once
// A cursor over .eh_frame bytes that never leaves its range: reading past the end gives zeros and `ok()` turns false
// for good, so that callers check once at the end. Async-signal-safe.
#include <cstdint>

namespace pyprof::capture {

// Pointer encodings of .eh_frame (Linux Standard Base, core specification, "DWARF Exception Header Encoding").
namespace pointer_encoding {
inline constexpr std::uint8_t omitted = 0xff;
inline constexpr std::uint8_t format_mask = 0x0f;
inline constexpr std::uint8_t base_mask = 0x70;
inline constexpr std::uint8_t relative_to_pc = 0x10;
inline constexpr std::uint8_t relative_to_data = 0x30;
inline constexpr std::uint8_t signed_4 = 0x0b;
inline constexpr std::uint8_t indirect = 0x80;
}  // namespace pointer_encoding

class CfiReader {
public:
    CfiReader(std::uint64_t at, std::uint64_t end) : at_{at}, end_{end} { ok_ = at <= end; }

    std::uint64_t at() const { return at_; }
    bool ok() const { return ok_; }
    bool at_end() const { return !ok_ || at_ == end_; }

    template <class T>
    T fixed() {
        T value = 0;
        if (!take(sizeof(T))) return value;
        __builtin_memcpy(&value, reinterpret_cast<const void*>(at_ - sizeof(T)), sizeof(T));
        return value;
    }

    std::uint64_t uleb() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; ok_; shift += 7) {
            const auto byte = fixed<std::uint8_t>();
            if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) break;
        }
        return value;
    }

    std::int64_t sleb() {
        std::uint64_t value = 0;
        unsigned shift = 0;
        std::uint8_t byte = 0x80;
        while (ok_ && (byte & 0x80) != 0) {
            byte = fixed<std::uint8_t>();
            if (shift < 64) value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            shift += 7;
        }
        if (shift < 64 && (byte & 0x40) != 0) value |= ~0ULL << shift;
        return static_cast<std::int64_t>(value);
    }

    // A pointer in `encoding`; `data_base` is what data-relative ones count from. Indirect and unknown ones fail.
    std::uint64_t pointer(std::uint8_t encoding, std::uint64_t data_base) {
        const std::uint64_t here = at_;
        const std::uint64_t value = number(encoding & pointer_encoding::format_mask);
        switch (encoding & ~pointer_encoding::format_mask) {
            case 0:
                return value;
            case pointer_encoding::relative_to_pc:
                return value + here;
            case pointer_encoding::relative_to_data:
                return value + data_base;
            default:
                ok_ = false;
                return 0;
        }
    }

    // A plain number in the format part of a pointer encoding.
    std::uint64_t number(std::uint8_t format) {
        switch (format) {
            case 0x0:
            case 0x4:
                return fixed<std::uint64_t>();
            case 0x1:
                return uleb();
            case 0x2:
                return fixed<std::uint16_t>();
            case 0x3:
                return fixed<std::uint32_t>();
            case 0x9:
                return static_cast<std::uint64_t>(sleb());
            case 0xa:
                return static_cast<std::uint64_t>(fixed<std::int16_t>());
            case 0xb:
                return static_cast<std::uint64_t>(fixed<std::int32_t>());
            case 0xc:
                return fixed<std::uint64_t>();
            default:
                ok_ = false;
                return 0;
        }
    }

    void skip(std::uint64_t bytes) { take(bytes); }
    void fail() { ok_ = false; }

private:
    bool take(std::uint64_t bytes) {
        ok_ = ok_ && bytes <= end_ - at_;
        if (ok_) at_ += bytes;
        return ok_;
    }

    std::uint64_t at_;
    std::uint64_t end_;
    bool ok_;
};

}  // namespace pyprof::capture
