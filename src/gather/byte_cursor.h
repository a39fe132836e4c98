#pragma once
// Reads foreign bytes front to back. Plain functions; not for the signal side.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace pyprof::gather {

// A cursor that never passes the end; what it cannot read is 0, and then it has failed.
class ByteCursor {
public:
    explicit ByteCursor(std::string_view bytes) : rest_{bytes} {}

    bool at_end() const { return rest_.empty(); }
    bool failed() const { return failed_; }

    template <class T>
    T fixed() {
        T value{};
        const std::string_view bytes = take(sizeof value);
        if (bytes.size() == sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
        return value;
    }
    std::string_view take(std::uint64_t count) {
        if (count > rest_.size()) {
            failed_ = true;
            count = rest_.size();
        }
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    std::string_view text() {
        const std::string_view text = take(std::min(rest_.find('\0'), rest_.size()));
        take(1);
        return text;
    }
    std::uint64_t leb() {
        std::uint64_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            const auto byte = fixed<std::uint8_t>();
            if (shift < 64) value |= std::uint64_t{byte & 0x7fU} << shift;
            if ((byte & 0x80) == 0) return value;
        }
    }
    std::int64_t signed_leb() {
        std::uint64_t value = 0;
        for (unsigned shift = 0;;) {
            const auto byte = fixed<std::uint8_t>();
            if (shift < 64) value |= std::uint64_t{byte & 0x7fU} << shift;
            shift += 7;
            if ((byte & 0x80) != 0) continue;
            if (shift < 64 && (byte & 0x40) != 0) value |= ~std::uint64_t{0} << shift;
            return static_cast<std::int64_t>(value);
        }
    }

private:
    std::string_view rest_;
    bool failed_ = false;
};

}  // namespace pyprof::gather
