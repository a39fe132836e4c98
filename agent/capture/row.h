#pragma once
// How to leave one frame, in 64 bits: what unwinding needs for nearly all code, and where the code belongs. Depends on
// the pc alone, and hardly changes within a function, so it can be cached by block of code. Also holds the module id
// and the function's start, so that a cached pc needs no other table.
#include <cstdint>

namespace pyprof::capture {

enum class RowKind : std::uint8_t {
    none,       // no unwind information covers the pc
    rsp,        // CFA = rsp + offset
    rbp,        // CFA = rbp + offset
    plt,        // CFA = rsp + 8, or + 16 once the stub has pushed: from `offset` bytes into its 16 on
    deref_rbp,  // CFA = *(rbp + offset): functions that realign their stack
    bottom,     // the return address is undefined: outermost frame
    signal,     // the frame a signal handler returns to; needs the exact decoder, and its caller's pc is exact
    exact,      // anything else the exact decoder can evaluate
};

// The return address lies at CFA - 8 for rsp, rbp, plt and deref_rbp. rbp is unchanged, saved at CFA + 8 × n, or saved
// where rbp itself points.
class Row {
public:
    static constexpr std::int64_t max_cfa_words = 4095;  // signed 13 bits
    static constexpr std::int64_t max_rbp_words = 8189;  // signed 14 bits less the two special values
    static constexpr std::int64_t rbp_same = 8191;
    static constexpr std::int64_t rbp_at_rbp = 8190;
    static constexpr std::uint64_t max_function = (1ULL << 22) - 1;

    constexpr Row() = default;
    constexpr explicit Row(std::uint64_t bits) : bits_{bits} {}
    // `cfa` in words of 8 bytes (for plt in bytes), `rbp` in words or one of the special values.
    constexpr Row(RowKind kind, std::int64_t cfa, std::int64_t rbp)
        : bits_{static_cast<std::uint64_t>(kind) | (static_cast<std::uint64_t>(cfa) & 0x1fff) << 3 |
                (static_cast<std::uint64_t>(rbp) & 0x3fff) << 16} {}
    // `function` is the distance from the function's start to the pc; what does not fit is unknown.
    constexpr Row in(std::uint32_t module, std::uint64_t function) const {
        const std::uint64_t distance = function > max_function ? max_function : function;
        return Row{(bits_ & 0x3fffffff) | static_cast<std::uint64_t>(module & 0xfff) << 30 | distance << 42};
    }

    // The same row for a pc so many bytes further into the function.
    constexpr Row further(std::uint64_t bytes) const {
        return knows_function() ? in(module(), function() + bytes) : *this;
    }

    constexpr std::uint64_t bits() const { return bits_; }
    constexpr RowKind kind() const { return static_cast<RowKind>(bits_ & 7); }
    constexpr std::int64_t cfa_field() const { return static_cast<std::int64_t>(bits_ << 48) >> 51; }
    constexpr std::int64_t rbp_field() const { return static_cast<std::int64_t>(bits_ << 34) >> 50; }
    constexpr std::uint32_t module() const { return static_cast<std::uint32_t>(bits_ >> 30 & 0xfff); }
    constexpr std::uint32_t function() const { return static_cast<std::uint32_t>(bits_ >> 42); }
    constexpr bool knows_function() const { return kind() != RowKind::none && function() != max_function; }

private:
    std::uint64_t bits_ = 0;
};

// A row at some pc, which holds for the code in [begin, end) around it.
struct RowPart {
    Row row;
    std::uint64_t begin, end;
};

}  // namespace pyprof::capture
