#include "agent/mpi/waiting.h"

#include <algorithm>
#include <time.h>

namespace pyprof::mpi {
namespace {

constexpr std::chrono::nanoseconds shortest_sleep = std::chrono::microseconds{50};
constexpr std::chrono::nanoseconds longest_sleep = std::chrono::milliseconds{5};
// What was waited so far ÷ the next sleep. An operation of many ranks is a chain of messages, and each that finds its
// receiver asleep adds up to a sleep: so a rank sleeps a small part of what the chain takes anyway.
constexpr int shares = 32;

void sleep_for(std::chrono::nanoseconds duration) {
    const timespec pause{0, duration.count()};
    nanosleep(&pause, nullptr);  // a signal may cut it short: whoever waits looks again
}

}  // namespace

bool wait_until(Library& library, std::optional<Request> request, Clock::time_point deadline) {
    if (!request) return false;
    const Clock::time_point begin = Clock::now();
    while (true) {
        const auto progress = library.test(*request);
        if (progress != Progress::pending) return progress == Progress::done;
        const Clock::time_point now = Clock::now();
        if (now >= deadline) return false;
        sleep_for(std::clamp<std::chrono::nanoseconds>((now - begin) / shares, shortest_sleep, longest_sleep));
    }
}

}  // namespace pyprof::mpi
