#pragma once
// The lines of /proc/self/maps (proc(5)): "begin-end rwxp offset device inode path", the numbers in hexadecimal. Read
// without heap, lock or errno, up to 1 MiB. Async-signal-safe; 5 KiB of stack.
#include <cstddef>
#include <cstdint>

#include "agent/capture/syscalls.h"

namespace pyprof::capture {

struct MappedRange {
    std::uint64_t begin = 0, end = 0;
    bool is_executable = false;
};

class MemoryMaps {
public:
    MemoryMaps() : file_{sys::open("/proc/self/maps", O_RDONLY | O_CLOEXEC)} {}
    ~MemoryMaps() {
        if (is_open()) sys::close(file_);
    }
    MemoryMaps(const MemoryMaps&) = delete;
    MemoryMaps& operator=(const MemoryMaps&) = delete;
    bool is_open() const { return file_ >= 0; }
    bool is_too_long() const { return total_ > longest_file; }

    // False at the end of the file.
    bool next(MappedRange& range) { return next(range, nullptr, 0); }

    // With the mapped file's path, cut to `capacity`, NUL-terminated; empty where no file is mapped.
    bool next(MappedRange& range, char* path, std::size_t capacity) {
        char permissions[4] = {};
        if (!number(range.begin, '-') || !number(range.end, ' ')) return false;
        for (char& each : permissions) each = next_byte();
        range.is_executable = permissions[2] == 'x';
        std::size_t used = 0;
        for (char byte = next_byte(); byte != '\n'; byte = next_byte()) {
            if (byte == '\0') return false;
            const bool is_of_path = used != 0 || byte == '/';
            if (is_of_path && used + 1 < capacity) path[used++] = byte;
        }
        if (capacity != 0) path[used] = '\0';
        return true;
    }

private:
    static constexpr std::uint64_t longest_file = 1 << 20;  // bytes, some ten thousand mappings: milliseconds

    bool number(std::uint64_t& value, char after) {
        value = 0;
        for (char byte = next_byte(); byte != after; byte = next_byte()) {
            const bool is_digit = byte >= '0' && byte <= '9', is_letter = byte >= 'a' && byte <= 'f';
            if (!is_digit && !is_letter) return false;
            value = value << 4 | static_cast<std::uint64_t>(is_digit ? byte - '0' : byte - 'a' + 10);
        }
        return true;
    }

    // '\0' at the end.
    char next_byte() {
        if (at_ == used_) {
            const long got = is_too_long() ? 0 : sys::read(file_, buffer_, sizeof buffer_);
            at_ = 0;
            used_ = got > 0 ? static_cast<std::uint32_t>(got) : 0;
            total_ += used_;
            if (used_ == 0) return '\0';
        }
        return buffer_[at_++];
    }

    const int file_;
    std::uint32_t at_ = 0, used_ = 0;
    std::uint64_t total_ = 0;
    char buffer_[4096];
};

}  // namespace pyprof::capture
