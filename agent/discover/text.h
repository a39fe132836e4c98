#pragma once
// Text in fixed memory: what does not fit is cut. No heap, no locale; async-signal-safe.
#include <cstddef>
#include <cstdint>

namespace pyprof::discover {

inline bool equal(const char* a, const char* b) {
    while (*a != '\0' && *a == *b) ++a, ++b;
    return *a == *b;
}

inline bool starts_with(const char* text, const char* prefix) {
    while (*prefix != '\0')
        if (*text++ != *prefix++) return false;
    return true;
}

// What follows the last '/'.
inline const char* base_name(const char* path) {
    const char* base = path;
    for (; *path != '\0'; ++path)
        if (*path == '/') base = path + 1;
    return base;
}

// The number at the start of `text`; `fallback` if there is none.
inline std::int64_t number_or(const char* text, std::int64_t fallback) {
    if (text == nullptr || *text < '0' || *text > '9') return fallback;
    std::int64_t value = 0;
    for (; *text >= '0' && *text <= '9' && value < (1LL << 53); ++text) value = value * 10 + (*text - '0');
    return value;
}

// Appends to a buffer of its caller's.
class TextBuilder {
public:
    TextBuilder(char* into, std::size_t capacity) : into_{into}, capacity_{capacity} { into_[0] = '\0'; }
    TextBuilder& add(const char* text) {
        while (*text != '\0' && used_ + 1 < capacity_) into_[used_++] = *text++;
        cut_ = cut_ || *text != '\0';
        into_[used_] = '\0';
        return *this;
    }
    TextBuilder& add(std::uint64_t number) {
        char digits[24];
        std::size_t at = sizeof digits;
        digits[--at] = '\0';
        do digits[--at] = static_cast<char>('0' + number % 10);
        while ((number /= 10) != 0);
        return add(digits + at);
    }
    bool cut() const { return cut_; }

private:
    char* into_;
    std::size_t capacity_;
    std::size_t used_ = 0;
    bool cut_ = false;
};

}  // namespace pyprof::discover
