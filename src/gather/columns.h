#pragma once
// Columns of numbers and texts as bytes: what the sections of a gathered file are made of. docs/formats/gathered.md
// is the specification. The reader never trusts a byte: what is wrong makes it fail once and for all, with zeros and
// empty texts from then on. Plain values; not for the signal side.
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>

namespace pyprof::gather {

class ColumnWriter {
public:
    // Seven bits per byte, lowest first; the top bit says that more follow.
    void number(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<char>(value | 0x80));
        bytes_.push_back(static_cast<char>(value));
    }
    // Small magnitudes of either sign become small numbers.
    void signed_number(std::int64_t value);
    // What the text shares with the previous one of this column (its `previous`), then the rest.
    void text(std::string_view value, std::string_view previous);
    const std::string& bytes() const { return bytes_; }

private:
    std::string bytes_;
};

class ColumnReader {
public:
    explicit ColumnReader(std::span<const std::byte> bytes);

    bool failed() const { return failed_; }
    bool done() const { return at_ == bytes_.size(); }
    void fail() { failed_ = true; }

    std::uint64_t number() {
        const bool is_short = at_ < bytes_.size() && bytes_[at_] < std::byte{0x80} && !failed_;  // most are
        return is_short ? static_cast<std::uint64_t>(bytes_[at_++]) : long_number();
    }
    std::int64_t signed_number();
    std::string text(std::string_view previous);

    // A number that must fit into a T.
    template <std::unsigned_integral T>
    T number_as() {
        const std::uint64_t value = number();
        if (value > std::numeric_limits<T>::max()) fail();
        return failed_ ? T{0} : static_cast<T>(value);
    }
    std::int32_t int32();
    // A count of things that take at least `bytes_each` further bytes; so no file makes its reader allocate more
    // than in proportion to its size.
    std::size_t count(std::size_t bytes_each);

private:
    std::uint64_t long_number();

    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
    std::size_t text_budget_;  // shared beginnings could make a small file large
    bool failed_ = false;
};

}  // namespace pyprof::gather
