// The MPI functions that this library shows, in C and as Fortran compilers call them. Each calls the one below it.
// MPI_Initialized stands here because programs ask it before they rely on an MPI_Init they found: without an MPI
// library ours says no.
#include "agent/mpi/finalize.h"
#include "agent/mpi/symbols.h"

#define PYPROF_WRAPPER extern "C" __attribute__((visibility("default")))

namespace {

constexpr int no_library = 16;  // MPI_ERR_OTHER of Open MPI; any nonzero value is an error

template <class Function>
Function* below(const char* name, const char* profiling_name) {
    return reinterpret_cast<Function*>(pyprof::mpi::find_below(name, profiling_name));
}

int call_init(const char* name, const char* profiling_name, int* argc, char*** argv) {
    auto* init = below<int(int*, char***)>(name, profiling_name);
    if (init == nullptr) return no_library;
    const int error = init(argc, argv);
    if (error == 0) pyprof::mpi::confirm_rank();
    return error;
}

// Fortran: every argument is an address; the last, of the error, may be absent in mpi_f08.
using FortranCall = void(int*);
using FortranInitThread = void(int*, int*, int*);

void fail(int* error) {
    if (error != nullptr) *error = no_library;
}

void fortran_init(const char* name, const char* profiling_name, int* error) {
    auto* init = below<FortranCall>(name, profiling_name);
    if (init == nullptr) return fail(error);
    init(error);
    if (error == nullptr || *error == 0) pyprof::mpi::confirm_rank();
}

void fortran_init_thread(const char* name, const char* profiling_name, int* required, int* provided, int* error) {
    auto* init = below<FortranInitThread>(name, profiling_name);
    if (init == nullptr) return fail(error);
    init(required, provided, error);
    if (error == nullptr || *error == 0) pyprof::mpi::confirm_rank();
}

void fortran_finalize(const char* name, const char* profiling_name, int* error) {
    pyprof::mpi::merge_before_finalize();
    auto* finalize = below<FortranCall>(name, profiling_name);
    if (finalize == nullptr) return fail(error);
    finalize(error);
}

}  // namespace

PYPROF_WRAPPER int MPI_Init(int* argc, char*** argv) { return call_init("MPI_Init", "PMPI_Init", argc, argv); }

PYPROF_WRAPPER int MPI_Init_thread(int* argc, char*** argv, int required, int* provided) {
    auto* init = below<int(int*, char***, int, int*)>("MPI_Init_thread", "PMPI_Init_thread");
    if (init == nullptr) return no_library;
    const int error = init(argc, argv, required, provided);
    if (error == 0) pyprof::mpi::confirm_rank();
    return error;
}

PYPROF_WRAPPER int MPI_Initialized(int* flag) {
    auto* initialized = below<int(int*)>("MPI_Initialized", "PMPI_Initialized");
    if (initialized != nullptr) return initialized(flag);
    *flag = 0;
    return 0;
}

PYPROF_WRAPPER int MPI_Finalize() {
    pyprof::mpi::merge_before_finalize();
    auto* finalize = below<int()>("MPI_Finalize", "PMPI_Finalize");
    return finalize != nullptr ? finalize() : no_library;
}

// As Fortran compilers spell an external name, and the names of the mpi_f08 module. Spellings without an underscore are
// left alone: other libraries have an `mpi_init` of multi-precision integers.
#define PYPROF_FORTRAN(init, init_thread, finalize)                                     \
    PYPROF_WRAPPER void init(int* error) { fortran_init(#init, "p" #init, error); }     \
    PYPROF_WRAPPER void init_thread(int* required, int* provided, int* error) {         \
        fortran_init_thread(#init_thread, "p" #init_thread, required, provided, error); \
    }                                                                                   \
    PYPROF_WRAPPER void finalize(int* error) { fortran_finalize(#finalize, "p" #finalize, error); }

PYPROF_FORTRAN(mpi_init_, mpi_init_thread_, mpi_finalize_)
PYPROF_FORTRAN(mpi_init__, mpi_init_thread__, mpi_finalize__)
PYPROF_FORTRAN(mpi_init_f08_, mpi_init_thread_f08_, mpi_finalize_f08_)
