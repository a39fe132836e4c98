#pragma once
// Reads the arguments of a call that the library found good. Asks only about those that matter in this call: others may
// hold anything.
#include <cstdint>

#include "agent/mpi/queries.h"

namespace pyprof::mpi {

// How arguments are passed. In Fortran each is an address, handles are numbers; the address may be that of a descriptor
// where the argument is a buffer (CFI_cdesc_t of Fortran 2018, whose first word is the address of the data).
enum class Language : std::uint8_t { c, c_large_counts, fortran, fortran_descriptors };

constexpr bool is_fortran(Language language) {
    return language == Language::fortran || language == Language::fortran_descriptors;
}

class Arguments {
public:
    Arguments(const Function& function, Language language, const Word* words)
        : function_{function}, language_{language}, words_{words} {}

    // Whether the call succeeded, of which `result` is what it returned.
    bool succeeded(Word result) const;
    // The handle of the communicator; nothing asked for if it has none.
    Word communicator(const Queries& queries) const;
    // Bytes that the caller gives, or asks for where it only takes; 0 also where nobody can say.
    std::uint64_t bytes(const Queries& queries, int ranks) const;
    // Who is at the other end. `same_node`: all ranks of the job are on one.
    wire::CallPeer peer(const Queries& queries, bool same_node) const;

private:
    std::int64_t integer(std::int8_t at) const;             // an int
    std::int64_t count(std::int8_t at) const;               // an int or an MPI_Count
    std::int64_t count(std::int8_t at, int element) const;  // of an array
    Word type(const Queries& queries, std::int8_t at) const;
    Word type(const Queries& queries, std::int8_t at, int element) const;
    Word in_place(const Queries& queries) const;  // 0: not known
    Word buffer() const;
    bool means_nothing(const Queries& queries) const;
    std::uint64_t bytes_of(const Queries& queries, const Roles::Data& data, int ranks) const;
    std::uint64_t bytes_of_arrays(const Queries& queries, const Roles::Data& data, int ranks) const;

    const Function& function_;
    Language language_;
    const Word* words_;
};

}  // namespace pyprof::mpi
