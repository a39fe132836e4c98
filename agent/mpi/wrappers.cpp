// The MPI functions that this library shows, in C and as Fortran compilers call them. Each calls the one below it.
// MPI_Initialized stands here because programs ask it before they rely on an MPI_Init they found: without an MPI
// library ours says no.
#include <atomic>
#include <type_traits>

#include "agent/mpi/call_watch.h"
#include "agent/mpi/counted_functions.h"
#include "agent/mpi/finalize.h"
#include "agent/mpi/symbols.h"

#define PYPROF_WRAPPER extern "C" __attribute__((visibility("default")))

namespace pyprof::mpi {
namespace {

constexpr int no_library = 16;  // MPI_ERR_OTHER of Open MPI; any nonzero value is an error

template <class Signature>
Signature* below(const char* name, const char* profiling_name) {
    return reinterpret_cast<Signature*>(find_below(name, profiling_name));
}

// Starting counts as a call; what the arguments say does not matter. In Fortran the command line is none of them.
constexpr Function c_init{"MPI_Init", wire::CallKind::communicator, 2, roles_of("..")};
constexpr Function c_init_thread{"MPI_Init_thread", wire::CallKind::communicator, 4, roles_of("....")};
constexpr Function fortran_init{"MPI_Init", wire::CallKind::communicator, 0, roles_of("")};
constexpr Function fortran_init_thread{"MPI_Init_thread", wire::CallKind::communicator, 2, roles_of("..")};

void after_init() {
    confirm_rank();
    count_large_counts();
}

template <class Argument>
Word as_word(Argument argument) {
    if constexpr (std::is_pointer_v<Argument>)
        return reinterpret_cast<Word>(argument);
    else
        return static_cast<Word>(argument);
}

// `caller` is the return address of the function that this library shows.
template <class... Arguments>
int start(const Function& function, const char* profiling_name, const void* caller, Arguments... arguments) {
    auto* init = below<int(Arguments...)>(function.name, profiling_name);
    if (init == nullptr) return no_library;
    const Word words[] = {as_word(arguments)...};
    announce_rank();
    CallWatch watch{function, Language::c, words, caller};
    const int error = init(arguments...);
    watch.finish(static_cast<Word>(error));
    if (error == 0) after_init();
    return error;
}

void fail(int* error) {
    if (error != nullptr) *error = no_library;
}

// Fortran: every argument is an address; the last, of the error, may be absent in mpi_f08.
template <class... Arguments>
void start_fortran(const Function& function, const char* name, const char* profiling_name, const void* caller,
                   int* error, Arguments... arguments) {
    auto* init = below<void(Arguments..., int*)>(name, profiling_name);
    if (init == nullptr) return fail(error);
    const Word words[] = {as_word(arguments)..., as_word(error)};
    announce_rank();
    CallWatch watch{function, Language::fortran, words, caller};
    init(arguments..., error);
    watch.finish(0);
    if (error == nullptr || *error == 0) after_init();
}

void fortran_finalize(const char* name, const char* profiling_name, int* error) {
    merge_before_finalize();
    auto* finalize = below<void(int*)>(name, profiling_name);
    if (finalize == nullptr) return fail(error);
    finalize(error);
}

}  // namespace
}  // namespace pyprof::mpi

PYPROF_WRAPPER int MPI_Init(int* argc, char*** argv) {
    return pyprof::mpi::start(pyprof::mpi::c_init, "PMPI_Init", __builtin_return_address(0), argc, argv);
}

PYPROF_WRAPPER int MPI_Init_thread(int* argc, char*** argv, int required, int* provided) {
    return pyprof::mpi::start(pyprof::mpi::c_init_thread, "PMPI_Init_thread", __builtin_return_address(0), argc, argv,
                              required, provided);
}

PYPROF_WRAPPER int MPI_Initialized(int* flag) {
    static std::atomic<int (*)(int*)> found{nullptr};  // programs may ask often
    auto* initialized = found.load(std::memory_order_acquire);
    if (initialized == nullptr) {
        void* const below = pyprof::mpi::find_below_for_ever("MPI_Initialized", "PMPI_Initialized");
        found.store(initialized = reinterpret_cast<int (*)(int*)>(below));
    }
    if (initialized == nullptr) return *flag = 0;
    const int error = initialized(flag);
    if (error == 0 && *flag != 0) pyprof::mpi::count_large_counts();  // what asks may just have been loaded
    return error;
}

PYPROF_WRAPPER int MPI_Finalize() {
    pyprof::mpi::merge_before_finalize();
    auto* finalize = pyprof::mpi::below<int()>("MPI_Finalize", "PMPI_Finalize");
    return finalize != nullptr ? finalize() : pyprof::mpi::no_library;
}

// As Fortran compilers spell an external name, and the names of the mpi_f08 module. Spellings without an underscore are
// left alone: other libraries have an `mpi_init` of multi-precision integers.
#define PYPROF_FORTRAN(init, init_thread, finalize)                                                                  \
    PYPROF_WRAPPER void init(int* error) {                                                                           \
        pyprof::mpi::start_fortran(pyprof::mpi::fortran_init, #init, "p" #init, __builtin_return_address(0), error); \
    }                                                                                                                \
    PYPROF_WRAPPER void init_thread(int* required, int* provided, int* error) {                                      \
        pyprof::mpi::start_fortran(pyprof::mpi::fortran_init_thread, #init_thread, "p" #init_thread,                 \
                                   __builtin_return_address(0), error, required, provided);                          \
    }                                                                                                                \
    PYPROF_WRAPPER void finalize(int* error) { pyprof::mpi::fortran_finalize(#finalize, "p" #finalize, error); }

PYPROF_FORTRAN(mpi_init_, mpi_init_thread_, mpi_finalize_)
PYPROF_FORTRAN(mpi_init__, mpi_init_thread__, mpi_finalize__)
PYPROF_FORTRAN(mpi_init_f08_, mpi_init_thread_f08_, mpi_finalize_f08_)
