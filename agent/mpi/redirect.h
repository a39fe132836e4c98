#pragma once
// Stands in front of functions that must not be shown under their names, by writing into the tables through which
// loaded objects call them: a program that finds MPI_Send_c takes the library for one that has it.
#include <span>

namespace pyprof::mpi {

struct Redirection {
    const char* name;
    void* from;  // where references by this name lead; nullptr: nowhere, this one is passed over
    void* to;
};

// Leads the references of all objects that are loaded now. Those that lead elsewhere already, to another tool, stay.
// Any thread; other threads call one or the other meanwhile. Sorted by name.
void redirect(std::span<const Redirection> redirections);

// How often objects have been loaded in this process: while it is the same, there is nothing new to redirect.
unsigned long long loads_so_far();

}  // namespace pyprof::mpi
