#include "agent/mpi/arguments.h"

namespace pyprof::mpi {
namespace {

template <class T>
const T* pointer(Word word) {
    return reinterpret_cast<const T*>(word);
}

std::uint64_t size_of(const Queries& queries, Word type) {
    std::int64_t bytes = 0;
    return queries.type_size(type, &bytes) == 0 && bytes > 0 ? static_cast<std::uint64_t>(bytes) : 0;
}

constexpr bool has(std::int8_t role) { return role != Roles::absent; }

}  // namespace

bool Arguments::succeeded(Word result) const {
    if (!is_fortran(language_)) return static_cast<int>(result) == 0;
    const int* const error = pointer<int>(words_[function_.arguments]);
    return error == nullptr || *error == 0;  // mpi_f08 may leave it out
}

std::int64_t Arguments::integer(std::int8_t at) const {
    return is_fortran(language_) ? *pointer<int>(words_[at]) : static_cast<int>(words_[at]);
}

std::int64_t Arguments::count(std::int8_t at) const {
    return language_ == Language::c_large_counts ? static_cast<std::int64_t>(words_[at]) : integer(at);
}

std::int64_t Arguments::count(std::int8_t at, int element) const {
    return language_ == Language::c_large_counts ? pointer<std::int64_t>(words_[at])[element]
                                                 : pointer<int>(words_[at])[element];
}

Word Arguments::type(const Queries& queries, std::int8_t at) const {
    return is_fortran(language_) ? queries.abi.type_from_fortran(*pointer<int>(words_[at])) : words_[at];
}

Word Arguments::type(const Queries& queries, std::int8_t at, int element) const {
    if (is_fortran(language_)) return queries.abi.type_from_fortran(pointer<int>(words_[at])[element]);
    return queries.abi.handle_at(words_[at], element);
}

Word Arguments::communicator(const Queries& queries) const {
    const Word word = words_[function_.roles.communicator];
    return is_fortran(language_) ? queries.abi.communicator_from_fortran(*pointer<int>(word)) : word;
}

Word Arguments::in_place(const Queries& queries) const {
    if (language_ == Language::fortran_descriptors) return queries.abi.described_in_place();
    return language_ == Language::fortran ? queries.abi.fortran_in_place() : queries.abi.in_place;
}

Word Arguments::buffer() const {
    const Word word = words_[function_.roles.buffer];
    return language_ == Language::fortran_descriptors ? *pointer<Word>(word) : word;
}

// Between two groups, those that are neither the root nor receive from it pass what they like; so may the root.
bool Arguments::means_nothing(const Queries& queries) const {
    const Roles& roles = function_.roles;
    if (has(roles.peer) && integer(roles.peer) == queries.abi.no_process) return true;
    return has(roles.root) && integer(roles.root) < 0;
}

std::uint64_t Arguments::bytes(const Queries& queries, int ranks) const {
    if (means_nothing(queries)) return 0;
    const Roles& roles = function_.roles;
    if (!has(roles.buffer)) return bytes_of(queries, roles.given, ranks);
    const Word place = in_place(queries);
    if (place == 0) return 0;  // what stands beside the buffer may mean nothing
    return bytes_of(queries, buffer() == place ? roles.taken : roles.given, ranks);
}

std::uint64_t Arguments::bytes_of(const Queries& queries, const Roles::Data& data, int ranks) const {
    if (has(data.counts)) return bytes_of_arrays(queries, data, ranks);
    if (!has(data.type)) return 0;
    std::int64_t number = 1;
    if (has(data.count)) number = count(data.count);
    if (has(data.count_per_rank)) number = count(data.count_per_rank) * ranks;
    return number <= 0 ? 0 : static_cast<std::uint64_t>(number) * size_of(queries, type(queries, data.type));
}

// Between two groups there is an element for each rank of the other one.
std::uint64_t Arguments::bytes_of_arrays(const Queries& queries, const Roles::Data& data, int ranks) const {
    int is_between_groups = 0;
    if (queries.is_between_groups(communicator(queries), &is_between_groups) != 0 || is_between_groups != 0) return 0;
    std::uint64_t bytes = 0, elements = 0;
    for (int i = 0; i < ranks; ++i) {
        const std::int64_t number = count(data.counts, i);
        if (number <= 0) continue;
        elements += static_cast<std::uint64_t>(number);
        if (has(data.types))
            bytes += static_cast<std::uint64_t>(number) * size_of(queries, type(queries, data.types, i));
    }
    if (has(data.types) || elements == 0) return bytes;
    return elements * size_of(queries, type(queries, data.type));
}

wire::CallPeer Arguments::peer(const Queries& queries, bool same_node) const {
    const Roles& roles = function_.roles;
    if (has(roles.peer)) {
        const std::int64_t rank = integer(roles.peer);
        if (rank == queries.abi.no_process) return wire::CallPeer::nobody;
        return same_node ? wire::CallPeer::same_node : wire::CallPeer::rank;
    }
    if (!has(roles.communicator)) return wire::CallPeer::nobody;
    int own = -1;
    const bool is_root =
        has(roles.root) && queries.rank(communicator(queries), &own) == 0 && own == integer(roles.root);
    return is_root ? wire::CallPeer::root : wire::CallPeer::collective;
}

}  // namespace pyprof::mpi
