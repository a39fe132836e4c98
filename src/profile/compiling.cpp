#include "profile/compiling.h"

#include <algorithm>
#include <array>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "profile/tree.h"

namespace pyprof::profile {
namespace {

// Python files that are at work when something is compiled (numba/core of 0.50 and later), and those whose functions
// are only if they are called so.
constexpr std::array<std::string_view, 5> compiler_files{"numba/core/compiler.py", "numba/core/compiler_machinery.py",
                                                         "numba/core/codegen.py", "numba/core/caching.py",
                                                         "llvmlite/binding/executionengine.py"};
constexpr std::array<std::string_view, 3> dispatcher_files{"numba/core/dispatcher.py", "numba/core/ccallback.py",
                                                           "numba/np/ufunc/dufunc.py"};

bool is_one_of(std::string_view file, std::span<const std::string_view> ends) {
    return std::ranges::any_of(ends, [&](std::string_view end) { return file.ends_with(end); });
}

bool is_compiler(const Function& function) {
    return is_one_of(function.file, compiler_files) ||
           (is_one_of(function.file, dispatcher_files) && function.name.find("compile") != std::string::npos);
}

bool is_of_compiler_package(const Function& function) {
    return function.file.find("/numba/") != std::string::npos || function.file.find("/llvmlite/") != std::string::npos;
}

struct Below {
    bool compiles = false;
    bool imports = false;         // an import, with nothing of the user's below
    bool in_package = false;      // below a function of the compiler's package, whatever that calls
    std::uint32_t caller = none;  // location of the Python frame above the package
};

Below enter(Below below, const Profile& profile, std::uint32_t context) {
    const Function& function = function_of(profile, context);
    if (below.compiles || function.domain != Domain::python) return below;
    if (is_import_machinery(function)) {
        below.imports = true;
        return below;
    }
    below.compiles = !below.imports && is_compiler(function);
    below.in_package = below.in_package || is_of_compiler_package(function);
    if (below.in_package) return below;
    below.imports = false;
    below.caller = profile.contexts[context].location;
    return below;
}

}  // namespace

std::vector<CompileRow> compile_rows(const Profile& profile) {
    const auto no_caller = static_cast<std::uint32_t>(profile.locations.size());
    std::vector<Below> below(profile.contexts.size());
    for (std::uint32_t i = 1; i < below.size(); i++) below[i] = enter(below[profile.contexts[i].parent], profile, i);
    const std::vector<Amount> amounts = amounts_by(profile, no_caller + 1, [&](const Value& value) {
        const Below& at = below[value.context];
        return !at.compiles ? none : at.caller == none ? no_caller : at.caller;
    });
    std::vector<CompileRow> rows;
    for (std::uint32_t i = 0; i <= no_caller; i++) {
        if (amounts[i].weight != 0) rows.push_back({i == no_caller ? none : i, amounts[i]});
    }
    std::ranges::stable_sort(rows, std::greater{}, [](const CompileRow& row) { return row.total.weight; });
    return rows;
}

}  // namespace pyprof::profile
