#include "agent/mpi/arguments.h"

#include <vector>

#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::mpi;

namespace {

// A library whose types are as large as their handles say, and whose communicators have 4 ranks, of which the caller is
// rank 1. Communicator 99 joins two groups. Handles of Fortran are 1000 less.
constexpr Word between_groups = 99, bad_type = 12345, fortran_in_place = 0x5000;

Queries fake_library() {
    Queries queries{};
    queries.type_size = [](Word type, std::int64_t* bytes) {
        CHECK(type != bad_type);  // the library would end the program
        *bytes = static_cast<std::int64_t>(type);
        return 0;
    };
    queries.rank = [](Word, int* rank) { return *rank = 1, 0; };
    queries.is_between_groups = [](Word communicator, int* flag) {
        return *flag = communicator == between_groups ? 1 : 0, 0;
    };
    queries.abi.type_from_fortran = [](int type) { return static_cast<Word>(type + 1000); };
    queries.abi.communicator_from_fortran = [](int communicator) { return static_cast<Word>(communicator + 1000); };
    queries.abi.handle_at = [](Word array, int element) { return reinterpret_cast<const Word*>(array)[element]; };
    queries.abi.in_place = 1;
    queries.abi.fortran_in_place = [] { return fortran_in_place; };
    queries.abi.described_in_place = [] { return fortran_in_place; };
    queries.abi.no_process = -2;
    return queries;
}

const Queries library = fake_library();
constexpr int ranks = 4;

struct Call {
    Id id;
    Language language;
    std::vector<Word> words;

    Arguments arguments() const { return {function_of(id), language, words.data()}; }
    std::uint64_t bytes() const { return arguments().bytes(library, ranks); }
    wire::CallPeer peer() const { return arguments().peer(library, false); }
};

Call in_c(Id id, std::vector<Word> words) { return {id, Language::c, std::move(words)}; }

// An int as it may come in a register: the upper half is anybody's.
Word as_word(int number) { return 0xabcd'0000'0000'0000 | static_cast<std::uint32_t>(number); }
Word at(const void* address) { return reinterpret_cast<Word>(address); }

}  // namespace

TEST_CASE("Bytes are the count times the size of the type") {
    CHECK(in_c(Id::Send, {0x10, as_word(3), 8, as_word(2), 0, 7}).bytes() == 24);
    CHECK(in_c(Id::Allreduce, {1, 0x10, as_word(5), 8, 0, 7}).bytes() == 40);
    CHECK(in_c(Id::Put, {0x10, as_word(2), 4, 0, 0, as_word(9), 9, 0}).bytes() == 8);
    CHECK(in_c(Id::Compare_and_swap, {0, 0, 0, 8, 1, 0, 0}).bytes() == 8);
    CHECK(in_c(Id::Reduce_scatter_block, {0, 0, as_word(5), 2, 0, 7}).bytes() == 40);
    CHECK(in_c(Id::Wait, {0, 0}).bytes() == 0);
    CHECK(in_c(Id::Send_init, {0x10, as_word(3), 8, as_word(2), 0, 7, 0}).bytes() == 0);  // moves nothing yet
}

TEST_CASE("What means nothing in a call is not asked about") {
    CHECK(in_c(Id::Send, {0x10, as_word(3), bad_type, as_word(-2), 0, 7}).bytes() == 0);                   // to nobody
    CHECK(in_c(Id::Send, {0x10, 0, bad_type, as_word(1), 0, 7}).bytes() == 0);                             // nothing
    CHECK(in_c(Id::Gather, {1, as_word(3), bad_type, 0x10, as_word(2), 8, as_word(1), 7}).bytes() == 16);  // in place
    CHECK(in_c(Id::Scatter, {0x10, as_word(2), 8, 1, as_word(3), bad_type, as_word(1), 7}).bytes() == 16);
    CHECK(in_c(Id::Gather, {0x10, as_word(3), bad_type, 0, 0, bad_type, as_word(-4), between_groups}).bytes() == 0);
    CHECK(in_c(Id::Gatherv, {1, 0, bad_type, 0, 0, 0, 8, as_word(1), 7}).bytes() == 0);
}

TEST_CASE("Where each rank gets its own part, all parts count") {
    const int counts[] = {1, 2, 0, 4};
    const Word types[] = {8, 2, bad_type, 1};
    CHECK(in_c(Id::Alltoall, {0x10, as_word(3), 8, 0x20, as_word(3), 8, 7}).bytes() == 96);
    CHECK(in_c(Id::Alltoall, {1, 0, bad_type, 0x20, as_word(3), 8, 7}).bytes() == 96);
    CHECK(in_c(Id::Alltoallv, {0x10, at(counts), 0, 8, 0x20, 0, 0, 8, 7}).bytes() == 56);
    CHECK(in_c(Id::Alltoallw, {0x10, at(counts), 0, at(types), 0x20, 0, 0, 0, 7}).bytes() == 16);
    CHECK(in_c(Id::Alltoallw, {1, 0, 0, 0, 0x20, at(counts), 0, at(types), 7}).bytes() == 16);
    CHECK(in_c(Id::Reduce_scatter, {0, 0, at(counts), 8, 0, 7}).bytes() == 56);
    CHECK(in_c(Id::Alltoallv, {0x10, 0, 0, 8, 0x20, 0, 0, 8, between_groups}).bytes() == 0);
}

TEST_CASE("Large counts have 64 bits, alone and in arrays") {
    const std::int64_t counts[] = {1LL << 32, 0, 0, 1};
    const Call send{Id::Send, Language::c_large_counts, {0x10, 1ULL << 33, 8, 1, 0, 7}};
    CHECK(send.bytes() == 1ULL << 36);
    const Call all{Id::Alltoallv, Language::c_large_counts, {0x10, at(counts), 0, 1, 0x20, 0, 0, 1, 7}};
    CHECK(all.bytes() == (1ULL << 32) + 1);
}

TEST_CASE("In Fortran all arguments are addresses, and the error comes last") {
    const int count = 3, type = 8 - 1000, to = 2, tag = 0, communicator = 7 - 1000;
    int error = 0;
    const std::vector<Word> words{0x10, at(&count), at(&type), at(&to), at(&tag), at(&communicator), at(&error), 0, 0};
    const Call send{Id::Send, Language::fortran, words};
    CHECK(send.bytes() == 24);
    CHECK(send.peer() == wire::CallPeer::rank);
    CHECK(send.arguments().communicator(library) == 7);
    CHECK(send.arguments().succeeded(0));
    error = 5;
    CHECK_FALSE(send.arguments().succeeded(0));
    Call without_error = send;
    without_error.words[6] = 0;
    CHECK(without_error.arguments().succeeded(0));
}

TEST_CASE("In Fortran a buffer may be a descriptor, of which the first word counts") {
    const int count = 3, type = 8 - 1000, none = 0, bad = static_cast<int>(bad_type) - 1000, communicator = 7 - 1000;
    const Word in_place[] = {fortran_in_place, 0}, data[] = {0x10, 0};
    std::vector<Word> words{at(in_place), at(&none), at(&bad), at(data), at(&count), at(&type), at(&communicator), 0};
    CHECK(Call{Id::Allgather, Language::fortran_descriptors, words}.bytes() == 24);
    words[0] = at(data), words[1] = at(&count), words[2] = at(&type);
    CHECK(Call{Id::Allgather, Language::fortran_descriptors, words}.bytes() == 24);
}

TEST_CASE("Where nobody knows what Fortran passes for MPI_IN_PLACE, bytes beside such buffers are not known") {
    Queries ignorant = library;
    ignorant.abi.fortran_in_place = [] { return Word{0}; };
    const int count = 3, bad = static_cast<int>(bad_type) - 1000, type = 8 - 1000, communicator = 7 - 1000, root = 0;
    const Call gather{Id::Allgather,
                      Language::fortran,
                      {0x5000, at(&count), at(&bad), 0x10, at(&count), at(&type), at(&communicator), 0}};
    CHECK(gather.arguments().bytes(ignorant, ranks) == 0);
    const Call bcast{Id::Bcast, Language::fortran, {0x10, at(&count), at(&type), at(&root), at(&communicator), 0}};
    CHECK(bcast.arguments().bytes(ignorant, ranks) == 24);
}

TEST_CASE("Of a handle that is an int the upper half is anybody's") {
    Abi abi{};
    abi.handle_bits = 0xffff'ffff;
    CHECK(abi.are_same(0x4400'0000, 0xabcd'0000'4400'0000));
    CHECK_FALSE(abi.are_same(0x4400'0000, 0x4400'0001));
}

TEST_CASE("Success in C is a zero in the lower half") {
    const Call wait = in_c(Id::Wait, {0, 0});
    CHECK(wait.arguments().succeeded(as_word(0)));
    CHECK_FALSE(wait.arguments().succeeded(as_word(16)));
}

TEST_CASE("Who is at the other end") {
    const Call send = in_c(Id::Send, {0x10, 1, 8, as_word(2), 0, 7});
    CHECK(send.peer() == wire::CallPeer::rank);
    CHECK(send.arguments().peer(library, true) == wire::CallPeer::same_node);
    CHECK(in_c(Id::Send, {0x10, 1, 8, as_word(-2), 0, 7}).peer() == wire::CallPeer::nobody);
    CHECK(in_c(Id::Allreduce, {0, 0, 1, 8, 0, 7}).peer() == wire::CallPeer::collective);
    CHECK(in_c(Id::Bcast, {0, 1, 8, as_word(1), 7}).peer() == wire::CallPeer::root);
    CHECK(in_c(Id::Bcast, {0, 1, 8, as_word(0), 7}).peer() == wire::CallPeer::collective);
    CHECK(in_c(Id::Wait, {0, 0}).peer() == wire::CallPeer::nobody);
}
