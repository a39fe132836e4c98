#include "agent/mpi/call_watch.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <numeric>
#include <vector>

#include "agent/mpi/agent_link.h"

namespace pyprof::mpi {
namespace {

// Frame of the outermost call that this thread is in; nullptr: in none. A call that was left by longjmp leaves its
// frame here, and the next call has one above it.
thread_local const void* outermost [[gnu::tls_model("initial-exec")]] = nullptr;

bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr && std::strcmp(value, "1") == 0;
}

bool are_equal_numbers(const char* one, const char* other) {
    const char* first = std::getenv(one);
    const char* second = std::getenv(other);
    return first != nullptr && second != nullptr && std::strcmp(first, second) == 0;
}

// What the launcher said, kept from before the program could change its environment.
struct Settings {
    const bool active = is_set("PYPROF_ACTIVE");
    const bool synchronises = is_set("PYPROF_MPI_SYNC");
    const bool one_node = are_equal_numbers("OMPI_COMM_WORLD_LOCAL_SIZE", "OMPI_COMM_WORLD_SIZE") ||
                          are_equal_numbers("MPI_LOCALNRANKS", "PMI_SIZE");
};
const Settings settings;

// The agent, once it is there: before that a process may still become a profiled one.
const PyprofAgentApi* counting_agent() {
    static std::atomic<const PyprofAgentApi*> known{nullptr};
    const PyprofAgentApi* api = known.load(std::memory_order_acquire);
    if (api == nullptr && settings.active) known.store(api = agent(), std::memory_order_release);
    return api;
}

std::uint64_t monotonic_now() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

std::uint64_t now(const PyprofAgentApi& api) {
    static const bool by_ticks = api.call_clock() == static_cast<std::uint32_t>(wire::CallClock::ticks);
    return by_ticks ? __builtin_ia32_rdtsc() : monotonic_now();
}

// Whether every member is of MPI_COMM_WORLD: processes that were spawned or connected may know nothing of barriers.
bool is_within_world(const Queries& queries, Word communicator) {
    if (queries.abi.are_same(communicator, queries.abi.world)) return true;
    Word group = 0, world = 0;
    int count = 0;
    if (queries.group(queries.abi.world, &world) != 0) return false;
    if (queries.group(communicator, &group) != 0 || queries.group_size(group, &count) != 0) count = 0;
    std::vector<int> ranks(static_cast<std::size_t>(count)), translated(ranks.size(), queries.abi.undefined);
    std::iota(ranks.begin(), ranks.end(), 0);
    if (count != 0) queries.translate_ranks(group, count, ranks.data(), world, translated.data());
    if (group != 0) queries.free_group(&group);
    queries.free_group(&world);
    bool is_within = count != 0;
    for (const int rank : translated) is_within = is_within && rank != queries.abi.undefined;
    return is_within;
}

bool may_synchronise(const Queries& queries, Word communicator) {
    int is_between_groups = 0;
    return !queries.abi.are_same(communicator, queries.abi.no_communicator) &&
           queries.is_between_groups(communicator, &is_between_groups) == 0 && is_between_groups == 0 &&
           is_within_world(queries, communicator);
}

}  // namespace

CallWatch::CallWatch(const Function& function, Language language, const Word* arguments, const void* caller)
    : function_{function},
      language_{language},
      arguments_{function, language, arguments},
      caller_{caller},
      is_outermost_{(settings.active || settings.synchronises) && (outermost == nullptr || outermost <= this)} {
    if (!is_outermost_) return;
    outermost = this;
    begin();
}

CallWatch::~CallWatch() {
    if (is_outermost_) outermost = nullptr;
}

void CallWatch::begin() {
    const PyprofAgentApi* const api = counting_agent();
    if (api != nullptr) place_ = api->calling_line();
    if (settings.synchronises && function_.kind == wire::CallKind::collective) synchronise();
    if (api != nullptr) began_ = now(*api);
}

void CallWatch::synchronise() {
    const PyprofAgentApi* const api = counting_agent();
    const Queries* const ask = queries();
    if (ask == nullptr) return;
    const Word communicator = arguments_.communicator(*ask);
    if (!may_synchronise(*ask, communicator)) return;
    const std::uint64_t begin = api == nullptr ? 0 : now(*api);
    ask->barrier(communicator);
    if (api != nullptr) synchronising_ = now(*api) - begin;
}

void CallWatch::finish(Word result) {
    const PyprofAgentApi* const api = counting_agent();
    if (!is_outermost_ || api == nullptr) return;
    const std::uint64_t time = now(*api) - began_;
    PyprofCall call{.name = function_.name,
                    .place = place_,
                    .caller = reinterpret_cast<std::uint64_t>(caller_),
                    .time = time,
                    .synchronising = synchronising_,
                    .bytes = 0,
                    .ranks = 0,
                    .kind = static_cast<std::uint8_t>(function_.kind),
                    .peer = static_cast<std::uint8_t>(wire::CallPeer::nobody)};
    const Queries* const ask = queries();
    if (ask != nullptr && arguments_.succeeded(result)) {
        int ranks = 0;
        const bool has_communicator = function_.roles.communicator != Roles::absent;
        if (has_communicator && ask->ranks(arguments_.communicator(*ask), &ranks) != 0) ranks = 0;
        call.ranks = static_cast<std::uint32_t>(ranks);
        call.bytes = arguments_.bytes(*ask, ranks);
        call.peer = static_cast<std::uint8_t>(arguments_.peer(*ask, settings.one_node));
    }
    api->count_call(&call);
}

}  // namespace pyprof::mpi
