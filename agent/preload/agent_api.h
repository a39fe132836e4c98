#pragma once
// What libpyprof-mpi.so may ask of libpyprof-agent.so in the same process. C linkage, found by dlsym.
// Every function may be called from any thread, never from a signal handler.
#include <cstddef>
#include <cstdint>

extern "C" {

// One call of a function of MPI that has returned; fields as in wire::CallRow.
struct PyprofCall {
    const char* name;                   // text that stays, the same address for the same function
    std::uint64_t place;                // what calling_line() gave before the call
    std::uint64_t caller;               // return address
    std::uint64_t time, synchronising;  // in units of call_clock()
    std::uint64_t bytes;
    std::uint32_t ranks;
    std::uint8_t kind, peer;
};

struct PyprofAgentApi {
    std::uint32_t version;  // pyprof_agent_api_version
    // MPI was initialised: this is the true rank, -1 in a process that MPI_Comm_spawn started, and the size of its
    // MPI_COMM_WORLD. Also makes the process a profiled one if it was dormant.
    void (*confirm_rank)(std::int32_t rank, std::int32_t rank_count);
    // Ends the current recording with final figures and gives a view of it (wire/recording.h), valid until `discard`
    // or exit. False if nothing was recorded. Sampling goes on into a new recording at the next expiry.
    bool (*finish)(const unsigned char** begin, std::size_t* bytes);
    // The finished recording's file name in the spool; nullptr if it lies in anonymous memory.
    const char* (*path)();
    // The finished recording's content is safe elsewhere: unmap and delete it.
    void (*discard)();
    // Job key and spool folder of this process, as in docs/formats/files.md.
    const char* (*job)();
    const char* (*spool)();
    // What calls are timed by, as wire::CallClock: 0 the cycle counter, 1 nanoseconds of CLOCK_MONOTONIC.
    std::uint32_t (*call_clock)();
    // The Python line that the calling thread stands in, to be handed to count_call; 0 without one. For the outermost
    // of calls that lead to each other.
    std::uint64_t (*calling_line)();
    // Counts a call of the calling thread. Where that is not possible, a loss is counted; nothing in processes that are
    // not profiled.
    void (*count_call)(const PyprofCall* call);
};

inline constexpr std::uint32_t pyprof_agent_api_version = 2;

// nullptr if the agent is dormant for good (not profiled) or speaks another version.
const PyprofAgentApi* pyprof_agent_api(std::uint32_t version);
}
