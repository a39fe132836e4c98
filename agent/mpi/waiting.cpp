#include "agent/mpi/waiting.h"

#include <algorithm>
#include <time.h>

namespace pyprof::mpi {
namespace {

constexpr long shortest_sleep_ns = 50'000;
constexpr long longest_sleep_ns = 5'000'000;

}  // namespace

bool wait_until(Library& library, std::optional<Request> request, Clock::time_point deadline) {
    if (!request) return false;
    for (long sleep_ns = shortest_sleep_ns;; sleep_ns = std::min(2 * sleep_ns, longest_sleep_ns)) {
        const auto progress = library.test(*request);
        if (progress != Progress::pending) return progress == Progress::done;
        if (Clock::now() >= deadline) return false;
        const timespec pause{0, sleep_ns};
        nanosleep(&pause, nullptr);  // a signal may cut it short: the loop goes on
    }
}

}  // namespace pyprof::mpi
