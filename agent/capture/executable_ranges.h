#pragma once
// What memory of the process can be executed, as /proc/self/maps says: tells code made at run time from numbers that
// look like return addresses. Read when it is first asked for, and again when an unknown address is met, if the last
// reading is long enough ago that reading takes less than a thousandth of the time. Async-signal-safe; any number of
// threads; nobody waits. The file is read up to 1 MiB.
#include <atomic>
#include <cstdint>

namespace pyprof::capture {

class ExecutableRanges {
public:
    static constexpr std::uint32_t capacity = 1024;  // ranges that touch count as one

    // Whether `address` can be executed, as far as is known: true as well where the file cannot be read or has more
    // ranges. Code made since the last reading may be missed.
    bool may_hold(std::uint64_t address);
    // In a forked child, and whenever what is known should be read anew.
    void forget();

private:
    struct Table {
        std::atomic<std::uint32_t> count;
        std::atomic<std::uint64_t> begin[capacity], end[capacity];  // by increasing address
    };

    bool holds(std::uint64_t address) const;
    void read_if_due();
    bool read_into(Table& table) const;

    Table tables_[2];                     // one is read while the other is written
    std::atomic<std::uint32_t> current_;  // its index + 1; 0: nothing is known
    std::atomic<std::uint64_t> next_ns_;  // when it may be read again
    std::atomic<bool> is_reading_;
};

// Zero bits until it is used.
extern ExecutableRanges executable_ranges;

}  // namespace pyprof::capture
