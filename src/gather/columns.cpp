#include "gather/columns.h"

#include <algorithm>

namespace pyprof::gather {
namespace {

constexpr std::size_t text_bytes_per_byte = 1024;

std::uint64_t zigzag(std::int64_t value) {
    return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t unzigzag(std::uint64_t value) { return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1))); }

}  // namespace

void ColumnWriter::signed_number(std::int64_t value) { number(zigzag(value)); }

void ColumnWriter::text(std::string_view value, std::string_view previous) {
    const auto [end, unused] = std::mismatch(value.begin(), value.end(), previous.begin(), previous.end());
    const auto shared = static_cast<std::size_t>(end - value.begin());
    number(shared);
    number(value.size() - shared);
    bytes_ += value.substr(shared);
}

ColumnReader::ColumnReader(std::span<const std::byte> bytes)
    : bytes_{bytes}, text_budget_{bytes.size() * text_bytes_per_byte} {}

std::uint64_t ColumnReader::long_number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && at_ < bytes_.size() && !failed_; shift += 7) {
        const auto byte = static_cast<std::uint64_t>(bytes_[at_++]);
        if (shift == 63 && byte > 1) break;  // more than 64 bits
        value |= (byte & 0x7F) << shift;
        if ((byte & 0x80) == 0) return value;
    }
    fail();
    return 0;
}

std::int64_t ColumnReader::signed_number() { return unzigzag(number()); }

std::int32_t ColumnReader::int32() {
    const std::int64_t value = signed_number();
    if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max()) fail();
    return failed_ ? 0 : static_cast<std::int32_t>(value);
}

std::string ColumnReader::text(std::string_view previous) {
    const std::uint64_t shared = number();
    const std::uint64_t rest = number();
    if (shared > previous.size() || rest > bytes_.size() - at_ || shared + rest > text_budget_) fail();
    if (failed_) return {};
    text_budget_ -= shared + rest;
    std::string value{previous.substr(0, shared)};
    value.append(reinterpret_cast<const char*>(bytes_.data() + at_), rest);
    at_ += rest;
    return value;
}

std::size_t ColumnReader::count(std::size_t bytes_each) {
    const std::uint64_t value = number();
    if (value > (bytes_.size() - at_) / bytes_each) fail();
    return failed_ ? 0 : value;
}

}  // namespace pyprof::gather
