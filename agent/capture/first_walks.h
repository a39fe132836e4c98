#pragma once
// Whether the interpreter's frames are where its layout says, judged by the first walks: an interpreter whose objects
// were changed by whoever built it may pass every test at discovery. Async-signal-safe; for all threads at once.
#include <atomic>
#include <cstdint>

#include "agent/capture/python_stack.h"

namespace pyprof::capture {

class FirstWalks {
public:
    static constexpr std::uint32_t limit = 64;

    // True once: with the walk after which there are `limit` that could not be read, and none that could.
    bool have_failed(const PythonStack& stack) {
        if (is_good_.load(std::memory_order_relaxed)) return false;
        if (stack.result == PythonWalk::complete && stack.count != 0) is_good_.store(true, std::memory_order_relaxed);
        return stack.result == PythonWalk::unreadable &&
               unreadable_.fetch_add(1, std::memory_order_relaxed) + 1 == limit;
    }

private:
    std::atomic<bool> is_good_{false};
    std::atomic<std::uint32_t> unreadable_{0};
};

}  // namespace pyprof::capture
