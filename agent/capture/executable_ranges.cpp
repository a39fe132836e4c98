#include "agent/capture/executable_ranges.h"

#include "agent/capture/syscalls.h"

namespace pyprof::capture {
namespace {

constexpr std::uint64_t shortest_pause_ns = 20'000'000;
constexpr std::uint64_t pause_per_reading = 1000;  // times what a reading took
constexpr std::uint64_t longest_file = 1 << 20;    // bytes, some ten thousand mappings: milliseconds

// The lines of /proc/self/maps, of which the first fields are looked at: "begin-end rwxp …", the numbers in
// hexadecimal.
class Maps {
public:
    Maps() : file_{sys::open("/proc/self/maps", O_RDONLY | O_CLOEXEC)} {}
    ~Maps() {
        if (is_open()) sys::close(file_);
    }
    Maps(const Maps&) = delete;
    Maps& operator=(const Maps&) = delete;
    bool is_open() const { return file_ >= 0; }
    bool is_too_long() const { return total_ > longest_file; }

    // False at the end of the file.
    bool next(std::uint64_t& begin, std::uint64_t& end, bool& is_executable) {
        char permissions[4] = {};
        if (!number(begin, '-') || !number(end, ' ')) return false;
        for (char& each : permissions) each = next_byte();
        is_executable = permissions[2] == 'x';
        for (char byte = ' '; byte != '\n'; byte = next_byte())
            if (byte == '\0') return false;
        return true;
    }

private:
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

}  // namespace

constinit ExecutableRanges executable_ranges{};

bool ExecutableRanges::may_hold(std::uint64_t address) {
    if (holds(address)) return true;
    return read_if_due() ? holds(address) : current_.load(std::memory_order_relaxed) == 0;
}

void ExecutableRanges::forget() {
    current_.store(0, std::memory_order_relaxed);
    next_ns_.store(0, std::memory_order_relaxed);
    is_reading_.store(false, std::memory_order_relaxed);
}

bool ExecutableRanges::holds(std::uint64_t address) const {
    const std::uint32_t current = current_.load(std::memory_order_acquire);
    if (current == 0) return false;
    const Table& table = tables_[current - 1];
    const std::uint32_t count = table.count.load(std::memory_order_relaxed);
    std::uint32_t first = 0;
    for (std::uint32_t left = count; left > 1;) {
        const std::uint32_t half = left / 2;
        if (table.begin[first + half].load(std::memory_order_relaxed) <= address) first += half;
        left -= half;
    }
    return count != 0 && address >= table.begin[first].load(std::memory_order_relaxed) &&
           address < table.end[first].load(std::memory_order_relaxed);
}

// Whether it was read now.
bool ExecutableRanges::read_if_due() {
    const std::uint64_t start = sys::monotonic_now();
    if (start < next_ns_.load(std::memory_order_relaxed) || is_reading_.exchange(true, std::memory_order_acquire))
        return false;
    const std::uint32_t fresh = current_.load(std::memory_order_relaxed) == 1 ? 1 : 0;
    const bool good = read_into(tables_[fresh]);
    current_.store(good ? fresh + 1 : 0, std::memory_order_release);
    const std::uint64_t end = sys::monotonic_now(), pause = (end - start) * pause_per_reading;
    next_ns_.store(end + (pause < shortest_pause_ns ? shortest_pause_ns : pause), std::memory_order_relaxed);
    is_reading_.store(false, std::memory_order_release);
    return good;
}

// False if nothing is known afterwards.
bool ExecutableRanges::read_into(Table& table) const {
    Maps maps;
    if (!maps.is_open()) return false;
    std::uint32_t count = 0;
    std::uint64_t begin = 0, end = 0, last_end = 0;
    for (bool is_executable = false; maps.next(begin, end, is_executable);) {
        if (!is_executable) continue;
        if (count != 0 && begin == last_end) {
            table.end[count - 1].store(last_end = end, std::memory_order_relaxed);
            continue;
        }
        if (count == capacity) return false;
        table.begin[count].store(begin, std::memory_order_relaxed);
        table.end[count++].store(last_end = end, std::memory_order_relaxed);
    }
    table.count.store(count, std::memory_order_relaxed);
    return count != 0 && !maps.is_too_long();
}

}  // namespace pyprof::capture
