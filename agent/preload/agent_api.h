#pragma once
// What libpyprof-mpi.so may ask of libpyprof-agent.so in the same process. C linkage, found by dlsym.
// Every function may be called from any thread, never from a signal handler.
#include <cstddef>
#include <cstdint>

extern "C" {

struct PyprofAgentApi {
    std::uint32_t version;  // pyprof_agent_api_version
    // MPI was initialised: this is the true rank. Also makes the process a profiled one if it was dormant.
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
};

inline constexpr std::uint32_t pyprof_agent_api_version = 1;

// nullptr if the agent is dormant for good (not profiled) or speaks another version.
const PyprofAgentApi* pyprof_agent_api(std::uint32_t version);
}
