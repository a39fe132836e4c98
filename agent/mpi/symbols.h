#pragma once
// The functions below our wrappers. Under mpi4py the MPI library is in the local scope of a Python module, where
// neither RTLD_NEXT nor RTLD_DEFAULT sees it; so every loaded object is asked in turn.
namespace pyprof::mpi {

// The symbol in any loaded object, this library excepted; nullptr if there is none.
void* find_symbol(const char* name);

// A variable as everybody in this process sees it: an executable that uses it directly has a copy, which counts instead
// of the library's own (R_X86_64_COPY); nullptr if there is none.
void* find_object(const char* name);

// What a wrapper of `name` ("MPI_Init") calls: the next preloaded tool's wrapper, else the library's "PMPI_Init", else
// its "MPI_Init".
void* find_below(const char* name, const char* profiling_name);

// The same, in an object that stays loaded from then on, whoever closes it.
void* find_below_for_ever(const char* name, const char* profiling_name);

template <class Function>
Function* find_function(const char* name) {
    return reinterpret_cast<Function*>(find_symbol(name));
}

}  // namespace pyprof::mpi
