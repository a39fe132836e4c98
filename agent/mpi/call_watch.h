#pragma once
// One call of a function of MPI, from before it goes to the library until it is counted. Of calls that lead to each
// other only the outermost is: those that the library makes of its own functions, and those of an operation in Python
// that it calls, belong to it. Nothing is asked and nothing is counted in processes that are not profiled.
//
// With PYPROF_MPI_SYNC=1, which the launcher sets only if every rank surely runs this library, a timed barrier goes
// before each blocking collective operation on a communicator whose members are all of MPI_COMM_WORLD.
#include <cstdint>

#include "agent/mpi/arguments.h"

namespace pyprof::mpi {

class CallWatch {
public:
    // `arguments` are the words of the call; `caller` is its return address.
    CallWatch(const Function& function, Language language, const Word* arguments, const void* caller);
    ~CallWatch();
    CallWatch(const CallWatch&) = delete;
    CallWatch& operator=(const CallWatch&) = delete;

    // The function returned this.
    void finish(Word result);

private:
    void begin();
    void synchronise();

    const Function& function_;
    const Language language_;
    const Arguments arguments_;
    const void* const caller_;
    bool is_outermost_;
    std::uint64_t place_ = 0, began_ = 0, synchronising_ = 0;
};

}  // namespace pyprof::mpi
