// The functions of functions.inc as this library shows them, in C and as Fortran compilers call them. Each calls the
// one below it with the very words that it was given, and is counted.
#include "agent/mpi/counted_functions.h"

#include <algorithm>
#include <atomic>
#include <string_view>
#include <vector>

#include "agent/mpi/call_watch.h"
#include "agent/mpi/redirect.h"
#include "agent/mpi/symbols.h"

#define PYPROF_SHOWN extern "C" __attribute__((visibility("default")))

namespace pyprof::mpi {
namespace {

constexpr int no_library = 16;  // MPI_ERR_OTHER of Open MPI; any nonzero value is an error

// What one wrapper calls, found at its first call and kept in memory from then on.
class Below {
public:
    constexpr Below(const char* name, const char* profiling_name) : name_{name}, profiling_name_{profiling_name} {}

    void* find() {
        void* known = found_.load(std::memory_order_acquire);
        if (known == nullptr) found_.store(known = find_below_for_ever(name_, profiling_name_));
        return known;
    }

private:
    const char* name_;
    const char* profiling_name_;
    std::atomic<void*> found_{nullptr};
};

// Without a library below: as if the call had failed.
Word fail(Language language, const Function& function, const Word* words) {
    if (!is_fortran(language)) return no_library;
    if (auto* const error = reinterpret_cast<int*>(words[function.arguments])) *error = no_library;
    return 0;
}

template <class... Words>
[[gnu::always_inline]] inline Word call(Below& below, Id id, Language language, Words... words) {
    const Function& function = function_of(id);
    const Word arguments[] = {words...};
    auto* const target = reinterpret_cast<Word (*)(Words...)>(below.find());
    if (target == nullptr) return fail(language, function, arguments);
    CallWatch watch{function, language, arguments, __builtin_return_address(0)};
    const Word result = target(words...);
    watch.finish(result);
    return result;
}

}  // namespace
}  // namespace pyprof::mpi

// Lists of so many words, for parameters (of type Word) and for arguments (of no type).
#define PYPROF_LIST_1(type) type w1
#define PYPROF_LIST_2(type) PYPROF_LIST_1(type), type w2
#define PYPROF_LIST_3(type) PYPROF_LIST_2(type), type w3
#define PYPROF_LIST_4(type) PYPROF_LIST_3(type), type w4
#define PYPROF_LIST_5(type) PYPROF_LIST_4(type), type w5
#define PYPROF_LIST_6(type) PYPROF_LIST_5(type), type w6
#define PYPROF_LIST_7(type) PYPROF_LIST_6(type), type w7
#define PYPROF_LIST_8(type) PYPROF_LIST_7(type), type w8
#define PYPROF_LIST_9(type) PYPROF_LIST_8(type), type w9
#define PYPROF_LIST_10(type) PYPROF_LIST_9(type), type w10
#define PYPROF_LIST_11(type) PYPROF_LIST_10(type), type w11
#define PYPROF_LIST_12(type) PYPROF_LIST_11(type), type w12
#define PYPROF_LIST_13(type) PYPROF_LIST_12(type), type w13

// In Fortran the error follows, and then the lengths of texts, which are at most two; where a call has none, these are
// words of the caller's frame that nobody looks at.
#define PYPROF_FORTRAN_LIST(count, type) PYPROF_LIST_##count(type), type error, type length1, type length2

#define PYPROF_C(linkage, symbol, called, id, language, count)                                                        \
    linkage pyprof::mpi::Word symbol(PYPROF_LIST_##count(pyprof::mpi::Word)) {                                        \
        static constinit pyprof::mpi::Below below{called, "P" called};                                                \
        return pyprof::mpi::call(below, pyprof::mpi::Id::id, pyprof::mpi::Language::language, PYPROF_LIST_##count()); \
    }
#define PYPROF_FORTRAN(symbol, id, language, count)                                           \
    PYPROF_SHOWN pyprof::mpi::Word symbol(PYPROF_FORTRAN_LIST(count, pyprof::mpi::Word)) {    \
        static constinit pyprof::mpi::Below below{#symbol, "p" #symbol};                      \
        return pyprof::mpi::call(below, pyprof::mpi::Id::id, pyprof::mpi::Language::language, \
                                 PYPROF_FORTRAN_LIST(count, ));                               \
    }

// Spellings without an underscore are left alone: other libraries have such names.
#define PYPROF_FORTRAN_77(lower, name, count)            \
    PYPROF_FORTRAN(mpi_##lower##_, name, fortran, count) \
    PYPROF_FORTRAN(mpi_##lower##__, name, fortran, count)
// Those of mpi_f08.
#define PYPROF_FORTRAN_08(lower, name, count)                \
    PYPROF_FORTRAN(mpi_##lower##_f08_, name, fortran, count) \
    PYPROF_FORTRAN(mpi_##lower##_f08ts_, name, fortran_descriptors, count)
#define PYPROF_MPI_FUNCTION(name, lower, count, letters, kind)       \
    PYPROF_C(PYPROF_SHOWN, MPI_##name, "MPI_" #name, name, c, count) \
    PYPROF_FORTRAN_77(lower, name, count)                            \
    PYPROF_FORTRAN_08(lower, name, count)
#define PYPROF_MPI_COUNTED(name, lower, count, letters, kind) \
    PYPROF_MPI_FUNCTION(name, lower, count, letters, kind)    \
    PYPROF_C(static, large_##name, "MPI_" #name "_c", name, c_large_counts, count)
#include "agent/mpi/functions.inc"
#undef PYPROF_MPI_COUNTED
#undef PYPROF_MPI_FUNCTION

namespace pyprof::mpi {
namespace {

std::vector<Redirection> large_count_functions() {
    std::vector<Redirection> functions{
#define PYPROF_MPI_FUNCTION(name, lower, count, letters, kind)
#define PYPROF_MPI_COUNTED(name, lower, count, letters, kind) \
    {"MPI_" #name "_c", find_symbol("MPI_" #name "_c"), reinterpret_cast<void*>(&large_##name)},
#include "agent/mpi/functions.inc"
#undef PYPROF_MPI_COUNTED
#undef PYPROF_MPI_FUNCTION
    };
    std::ranges::sort(functions, [](const auto& a, const auto& b) { return std::string_view{a.name} < b.name; });
    return functions;
}

}  // namespace

void count_large_counts() {
    static std::atomic<unsigned long long> seen{0};
    const auto loads = loads_so_far();
    if (seen.exchange(loads) == loads || find_symbol("PMPI_Send_c") == nullptr) return;
    static const std::vector<Redirection> functions = large_count_functions();
    redirect(functions);
}

}  // namespace pyprof::mpi
