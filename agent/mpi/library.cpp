#include "agent/mpi/library.h"

#include "agent/mpi/abi.h"
#include "agent/mpi/symbols.h"

namespace pyprof::mpi {
namespace {

// Handles that a function gives may be shorter than a word, which is 0 before.
struct Functions {
    int (*comm_rank)(Word communicator, int* rank);
    int (*comm_size)(Word communicator, int* size);
    int (*comm_get_parent)(Word* communicator);
    int (*comm_idup)(Word communicator, Word* duplicate, void** request);
    int (*set_errhandler)(Word communicator, Word handler);
    int (*ibarrier)(Word communicator, void** request);
    int (*isend)(const void* data, int count, Word type, int to, int tag, Word communicator, void** request);
    int (*irecv)(void* data, int count, Word type, int from, int tag, Word communicator, void** request);
    int (*test)(void** request, int* flag, Word status);
};

template <class Function>
bool look_up(Function*& function, const char* name) {
    function = find_function<Function>(name);
    return function != nullptr;
}

std::optional<Functions> find_functions() {
    Functions f{};
    const bool is_complete =
        look_up(f.comm_rank, "PMPI_Comm_rank") && look_up(f.comm_size, "PMPI_Comm_size") &&
        look_up(f.comm_get_parent, "PMPI_Comm_get_parent") && look_up(f.comm_idup, "PMPI_Comm_idup") &&
        look_up(f.set_errhandler, "PMPI_Comm_set_errhandler") && look_up(f.ibarrier, "PMPI_Ibarrier") &&
        look_up(f.isend, "PMPI_Isend") && look_up(f.irecv, "PMPI_Irecv") && look_up(f.test, "PMPI_Test");
    return is_complete ? std::optional{f} : std::nullopt;
}

class LoadedLibrary final : public Library {
public:
    LoadedLibrary(const Functions& functions, const Abi& abi) : mpi_{functions}, abi_{abi} {
        mpi_.comm_rank(abi_.world, &rank_);
        mpi_.comm_size(abi_.world, &size_);
    }

    int rank() const override { return rank_; }
    int size() const override { return size_; }
    bool is_spawned() const override {
        Word parent = 0;
        return mpi_.comm_get_parent(&parent) == 0 && !abi_.are_same(parent, abi_.no_communicator);
    }

    std::optional<Request> duplicate_world() override {
        Request request;
        return started(mpi_.comm_idup(abi_.world, &duplicate_, &request.handle), request);
    }

    std::optional<Request> barrier() override {
        // The duplicate inherits "errors are fatal"; a failure of ours must never end the job.
        mpi_.set_errhandler(duplicate_, abi_.errors_return);
        Request request;
        return started(mpi_.ibarrier(duplicate_, &request.handle), request);
    }

    std::optional<Request> send(const void* data, int bytes, int to, int tag) override {
        Request request;
        return started(mpi_.isend(data, bytes, abi_.byte, to, tag, duplicate_, &request.handle), request);
    }

    std::optional<Request> receive(void* data, int bytes, int from, int tag) override {
        Request request;
        return started(mpi_.irecv(data, bytes, abi_.byte, from, tag, duplicate_, &request.handle), request);
    }

    Progress test(Request& request) override {
        int complete = 0;
        if (mpi_.test(&request.handle, &complete, abi_.ignored_status) != 0) return Progress::failed;
        return complete != 0 ? Progress::done : Progress::pending;
    }

private:
    // By reference: the call that gives `error` sets the request, in whatever order arguments are evaluated.
    static std::optional<Request> started(int error, const Request& request) {
        if (error != 0) return std::nullopt;
        return request;
    }

    Functions mpi_;
    Abi abi_;
    Word duplicate_ = 0;  // written by the library at any time until the duplication is complete
    int rank_ = 0;
    int size_ = 1;
};

}  // namespace

std::unique_ptr<Library> loaded_library() {
    const auto functions = find_functions();
    const Abi* const known = abi();
    if (!functions || known == nullptr) return nullptr;
    return std::make_unique<LoadedLibrary>(*functions, *known);
}

}  // namespace pyprof::mpi
