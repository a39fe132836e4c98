#pragma once
// What the merge needs of an MPI library, whatever its ABI: nonblocking operations on bytes, polled. Opaque handles.
// Valid between MPI_Init and MPI_Finalize, on the finalising thread.
#include <memory>
#include <optional>

namespace pyprof::mpi {

struct Request {
    void* handle = nullptr;
};

enum class Progress { pending, done, failed };

class Library {
public:
    virtual ~Library() = default;
    virtual int rank() const = 0;  // in MPI_COMM_WORLD
    virtual int size() const = 0;
    virtual bool is_spawned() const = 0;  // by MPI_Comm_spawn: MPI_COMM_WORLD is not that of the job
    // Each starts an operation; nothing if the library refused. Buffers must outlive it, even when it is given up.
    // All but duplicate_world work on the duplicate and need it complete.
    virtual std::optional<Request> duplicate_world() = 0;
    virtual std::optional<Request> barrier() = 0;
    virtual std::optional<Request> send(const void* data, int bytes, int to, int tag) = 0;
    virtual std::optional<Request> receive(void* data, int bytes, int from, int tag) = 0;
    virtual Progress test(Request& request) = 0;
};

// The one in this process; nullptr if there is none, or one whose ABI is unknown.
std::unique_ptr<Library> loaded_library();

}  // namespace pyprof::mpi
