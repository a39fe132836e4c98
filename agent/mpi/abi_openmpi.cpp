// Open MPI behind library.h. Handles are pointers to objects in the library, found by name, so that nothing here
// needs the MPI library when it is loaded.
#define OMPI_SKIP_MPICXX 1
#include <mpi.h>

#include "agent/mpi/library.h"
#include "agent/mpi/queries.h"
#include "agent/mpi/symbols.h"

namespace pyprof::mpi {
namespace {

struct Functions {
    decltype(&PMPI_Comm_rank) comm_rank = find_function<decltype(PMPI_Comm_rank)>("PMPI_Comm_rank");
    decltype(&PMPI_Comm_size) comm_size = find_function<decltype(PMPI_Comm_size)>("PMPI_Comm_size");
    decltype(&PMPI_Comm_idup) comm_idup = find_function<decltype(PMPI_Comm_idup)>("PMPI_Comm_idup");
    decltype(&PMPI_Comm_set_errhandler) set_errhandler =
        find_function<decltype(PMPI_Comm_set_errhandler)>("PMPI_Comm_set_errhandler");
    decltype(&PMPI_Ibarrier) ibarrier = find_function<decltype(PMPI_Ibarrier)>("PMPI_Ibarrier");
    decltype(&PMPI_Isend) isend = find_function<decltype(PMPI_Isend)>("PMPI_Isend");
    decltype(&PMPI_Irecv) irecv = find_function<decltype(PMPI_Irecv)>("PMPI_Irecv");
    decltype(&PMPI_Test) test = find_function<decltype(PMPI_Test)>("PMPI_Test");
    // ompi_mpi_comm_world and its like: what the macros of mpi.h take the address of.
    MPI_Comm world = reinterpret_cast<MPI_Comm>(find_object("ompi_mpi_comm_world"));
    MPI_Datatype byte = reinterpret_cast<MPI_Datatype>(find_object("ompi_mpi_byte"));
    MPI_Errhandler errors_return = reinterpret_cast<MPI_Errhandler>(find_object("ompi_mpi_errors_return"));

    bool complete() const {
        return comm_rank && comm_size && comm_idup && set_errhandler && ibarrier && isend && irecv && test && world &&
               byte && errors_return;
    }
};

class OpenMpi final : public Library {
public:
    explicit OpenMpi(const Functions& functions) : mpi_{functions} {
        mpi_.comm_rank(mpi_.world, &rank_);
        mpi_.comm_size(mpi_.world, &size_);
    }

    int rank() const override { return rank_; }
    int size() const override { return size_; }

    std::optional<Request> duplicate_world() override {
        MPI_Request request{};
        return started(mpi_.comm_idup(mpi_.world, &duplicate_, &request), request);
    }

    std::optional<Request> barrier() override {
        // The duplicate inherits "errors are fatal"; a failure of ours must never end the job.
        mpi_.set_errhandler(duplicate_, mpi_.errors_return);
        MPI_Request request{};
        return started(mpi_.ibarrier(duplicate_, &request), request);
    }

    std::optional<Request> send(const void* data, int bytes, int to, int tag) override {
        MPI_Request request{};
        return started(mpi_.isend(data, bytes, mpi_.byte, to, tag, duplicate_, &request), request);
    }

    std::optional<Request> receive(void* data, int bytes, int from, int tag) override {
        MPI_Request request{};
        return started(mpi_.irecv(data, bytes, mpi_.byte, from, tag, duplicate_, &request), request);
    }

    Progress test(Request& request) override {
        auto handle = static_cast<MPI_Request>(request.handle);
        int complete = 0;
        const int error = mpi_.test(&handle, &complete, MPI_STATUS_IGNORE);
        request.handle = handle;
        if (error != MPI_SUCCESS) return Progress::failed;
        return complete != 0 ? Progress::done : Progress::pending;
    }

private:
    // By reference: the call that gives `error` sets the request, in whatever order arguments are evaluated.
    static std::optional<Request> started(int error, const MPI_Request& request) {
        if (error != MPI_SUCCESS) return std::nullopt;
        return Request{request};
    }

    Functions mpi_;
    MPI_Comm duplicate_{};  // written by the library at any time until the duplication is complete
    int rank_ = 0;
    int size_ = 1;
};

// Handles are pointers, which fit a word.
template <class Function>
void look_up(Function*& function, const char* name) {
    function = find_function<Function>(name);
}

Word handle(const char* name) { return reinterpret_cast<Word>(find_object(name)); }

Word element(Word array, int at) { return reinterpret_cast<const Word*>(array)[at]; }

// All zero where something is missing.
Queries find_queries() {
    Queries q{};
    look_up(q.type_size, "PMPI_Type_size_x");
    look_up(q.ranks, "PMPI_Comm_size");
    look_up(q.rank, "PMPI_Comm_rank");
    look_up(q.is_between_groups, "PMPI_Comm_test_inter");
    look_up(q.group, "PMPI_Comm_group");
    look_up(q.group_size, "PMPI_Group_size");
    look_up(q.translate_ranks, "PMPI_Group_translate_ranks");
    look_up(q.free_group, "PMPI_Group_free");
    look_up(q.barrier, "PMPI_Barrier");
    look_up(q.type_from_fortran, "PMPI_Type_f2c");
    look_up(q.communicator_from_fortran, "PMPI_Comm_f2c");
    q.c_handle_at = element;
    q.world = handle("ompi_mpi_comm_world");
    q.no_communicator = handle("ompi_mpi_comm_null");
    q.in_place = reinterpret_cast<Word>(MPI_IN_PLACE);
    q.fortran_in_place = handle("mpi_fortran_in_place_");
    q.no_process = MPI_PROC_NULL;
    q.undefined = MPI_UNDEFINED;
    const bool complete = q.type_size && q.ranks && q.rank && q.is_between_groups && q.group && q.group_size &&
                          q.translate_ranks && q.free_group && q.barrier && q.type_from_fortran &&
                          q.communicator_from_fortran && q.world && q.no_communicator;
    return complete ? q : Queries{};
}

}  // namespace

// The first question comes after a call that succeeded, when the library is there.
const Queries* queries() {
    static const Queries found = find_queries();
    return found.world == 0 ? nullptr : &found;
}

std::unique_ptr<Library> open_mpi() {
    const Functions functions;
    if (!functions.complete()) return nullptr;
    return std::make_unique<OpenMpi>(functions);
}

}  // namespace pyprof::mpi
