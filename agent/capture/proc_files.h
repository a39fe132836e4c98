#pragma once
// Files and folders of /proc, read as the signal side must: without heap, streams or errno. Async-signal-safe.
#include <cstddef>
#include <cstdint>

#include "agent/capture/syscalls.h"

namespace pyprof::capture {

// The start of a file, at most capacity - 2 bytes, followed by two NULs; `into` is left as it is if it cannot be
// opened.
inline void read_file(const char* path, char* into, std::size_t capacity) {
    const int fd = sys::open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    std::size_t used = 0;
    while (used + 2 < capacity) {
        const long got = sys::read(fd, into + used, capacity - 2 - used);
        if (got <= 0) break;
        used += static_cast<std::size_t>(got);
    }
    sys::close(fd);
    into[used] = into[used + 1] = '\0';
}

// The second of the numbers that a text begins with, 0 if there is none. Of schedstat: nanoseconds on a run queue.
inline std::uint64_t second_number(const char* text) {
    while (*text >= '0' && *text <= '9') ++text;
    std::uint64_t value = 0;
    if (*text == ' ')
        for (++text; *text >= '0' && *text <= '9'; ++text) value = value * 10 + static_cast<std::uint64_t>(*text - '0');
    return value;
}

// Calls action(name) for every entry of a folder, "." and ".." included.
template <class Action>
void for_each_entry(const char* folder, Action action) {
    struct Dirent64 {  // as getdents64(2) returns it
        std::uint64_t inode;
        std::int64_t offset;
        std::uint16_t bytes;
        std::uint8_t type;
        char name[1];
    };
    const int fd = sys::open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return;
    alignas(Dirent64) char buffer[2048];
    for (;;) {
        const long got = sys::call(SYS_getdents64, fd, sys::word(buffer), sizeof buffer);
        if (got <= 0) break;
        for (long at = 0; at < got;) {
            const auto* entry = reinterpret_cast<const Dirent64*>(buffer + at);
            action(entry->name);
            at += entry->bytes;
        }
    }
    sys::close(fd);
}

}  // namespace pyprof::capture
