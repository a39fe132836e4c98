#include "compare/sampled.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "profile/categories.h"
#include "profile/tree.h"

namespace pyprof::compare {
namespace {

using profile::Domain;
using profile::Function;
using profile::none;
using profile::Profile;

// CPython's ways to a callback of cProfile (Python/sysmodule.c, Python/ceval.c, Python/legacy_tracing.c and
// Python/instrumentation.c of 3.8 to 3.15). Not trace_call_function: the traced function itself runs below it.
constexpr std::array<std::string_view, 7> ways_to_callbacks = {"call_trace",
                                                               "call_trace_protected",
                                                               "call_trampoline",
                                                               "call_exc_trace",
                                                               "call_instrumentation_vector",
                                                               "_Py_call_instrumentation",
                                                               "_Py_call_instrumentation_arg"};

// Minor version of "3.11.2".
int minor_version(const std::string& python) {
    int minor = 0;
    const std::size_t dot = python.find('.');
    if (dot != std::string::npos) std::from_chars(python.data() + dot + 1, python.data() + python.size(), minor);
    return minor;
}

std::string_view file_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// cProfile's or line_profiler's.
bool is_tracer(const profile::Module& module) {
    const std::string_view name = file_name(module.path);
    return name.starts_with("_lsprof") || name.starts_with("_line_profiler");
}

bool is_tracing(const Profile& profile, const Function& function) {
    if (function.domain != Domain::native || function.module == none) return false;
    const profile::Module& module = profile.modules[function.module];
    if (is_tracer(module)) return true;
    if (!module.interpreter || std::ranges::find(ways_to_callbacks, function.name) == ways_to_callbacks.end())
        return false;
    return std::ranges::any_of(profile.modules, is_tracer);  // other tracers are called in the same way
}

constexpr std::array<std::string_view, 5> c_libraries = {"libc.so", "libc-", "libm.so", "libpthread", "ld-linux"};

bool is_extension(const Profile& profile, const Function& function) {
    if (function.domain == Domain::jit || function.domain == Domain::mpi) return true;
    if (function.domain != Domain::native || function.module == none) return false;
    const profile::Module& module = profile.modules[function.module];
    const std::string_view name = file_name(module.path);
    return !module.interpreter && !name.starts_with("[") &&
           std::ranges::none_of(c_libraries, [&](std::string_view prefix) { return name.starts_with(prefix); });
}

// Whether something between each context and its innermost Python frame satisfies the test.
template <class Test>
std::vector<bool> below_python(const Profile& profile, Test test) {
    std::vector<bool> result(profile.contexts.size());
    for (std::uint32_t i = 1; i < result.size(); i++) {
        const Function& function = profile::function_of(profile, i);
        const bool inside = result[profile.contexts[i].parent] && function.domain != Domain::python;
        result[i] = inside || test(profile, function);
    }
    return result;
}

std::string co_name(const Function& function) {
    if (!function.system_name.empty()) return function.system_name;
    return function.name.substr(function.name.rfind('.') + 1);
}

std::string native_name(const Profile& profile, const Function& function) {
    if (function.module == none) return function.name;
    return function.name + " (" + std::string{file_name(profile.modules[function.module].path)} + ")";
}

// Sums one profile's samples of some processes.
class Sums {
public:
    Sums(SampledFunctions& sums, const Profile& profile, const std::vector<std::uint32_t>& processes)
        : sums_{sums},
          profile_{profile},
          processes_{processes.begin(), processes.end()},
          python_{profile::innermost_python(profile)},
          activity_{profile::activities(profile)},
          tracing_{below_python(profile, is_tracing)},
          extension_{below_python(profile, is_extension)},
          functions_(profile.functions.size(), nullptr) {}

    void add() {
        std::vector<std::uint64_t> weights(profile_.contexts.size()), samples(weights.size());
        for (const profile::Value& value : profile_.values) {
            const profile::Thread& thread = profile_.threads[value.thread];
            if (!processes_.contains(thread.process)) continue;
            if (!is_traced(profile_.processes[thread.process], thread)) {
                add_elsewhere(value);
            } else if (add_self(value)) {
                weights[value.context] += value.weight;
                samples[value.context] += value.samples;
            }
        }
        add_totals(profile::inclusive(profile_, std::move(weights)), profile::inclusive(profile_, std::move(samples)));
        for (const profile::Thread& thread : profile_.threads)
            if (processes_.contains(thread.process)) sums_.not_by_rank += thread.summed.weight;
        const auto with_python = std::ranges::count_if(
            profile_.processes, [](const profile::Process& process) { return !process.python.empty(); });
        sums_.processes_left_out += static_cast<std::size_t>(with_python) - processes_.size();
    }

private:
    SampledFunction& function(std::uint32_t index) {
        if (functions_[index] == nullptr) {
            const Function& function = profile_.functions[index];
            const std::string& folder = profile_.processes[*processes_.begin()].working_directory;
            functions_[index] = &sums_.functions[key_of(function, folder)];
            functions_[index]->name = function.name;
        }
        return *functions_[index];
    }

    // The Python function that the sample stands for, nullptr outside Python.
    SampledFunction* owner(const profile::Value& value) {
        const std::uint32_t context = python_[value.context];
        return context == 0 ? nullptr : &function(profile::location_of(profile_, context).function);
    }

    void add_elsewhere(const profile::Value& value) {
        if (SampledFunction* const own = owner(value)) {
            own->elsewhere.weight += value.weight;
            own->elsewhere.samples += value.samples;
        }
    }

    // False where the sample shows cProfile's own work.
    bool add_self(const profile::Value& value) {
        SampledFunction* const own = owner(value);
        if (tracing_[value.context]) {
            sums_.tracing += value.weight;
            if (own != nullptr) own->tracing += value.weight;
            return false;
        }
        sums_.all.weight += value.weight;
        sums_.all.samples += value.samples;
        if (own == nullptr) return true;
        own->self.weight += value.weight;
        own->self.samples += value.samples;
        const profile::Category activity = activity_[value.context];
        own->split[static_cast<std::size_t>(activity)] += value.weight;
        if (extension_[value.context]) own->extension += value.weight;
        if (activity != profile::Category::python)
            own->native[native_name(profile_, profile::function_of(profile_, value.context))] += value.weight;
        return true;
    }

    void add_totals(const std::vector<std::uint64_t>& weights, const std::vector<std::uint64_t>& samples) {
        std::vector<std::uint32_t> functions(profile_.contexts.size(), none), lines = functions;
        std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> line_numbers;
        for (std::uint32_t i = 1; i < functions.size(); i++) {
            if (python_[i] != i) continue;
            const profile::Location& location = profile::location_of(profile_, i);
            functions[i] = location.function;
            const auto number = static_cast<std::uint32_t>(line_numbers.size());
            lines[i] = line_numbers.try_emplace({location.function, location.line}, number).first->second;
        }
        const std::vector<bool> function_begins = profile::outermost(profile_, functions);
        const std::vector<bool> line_begins = profile::outermost(profile_, lines);
        for (std::uint32_t i = 1; i < functions.size(); i++) {
            if (functions[i] == none || weights[i] == 0) continue;
            SampledFunction& own = function(functions[i]);
            if (function_begins[i]) own.total += weights[i];
            if (!line_begins[i]) continue;
            profile::Amount& line = own.lines[profile::location_of(profile_, i).line];
            line.weight += weights[i];
            line.samples += samples[i];
        }
    }

    SampledFunctions& sums_;
    const Profile& profile_;
    std::set<std::uint32_t> processes_;
    std::vector<std::uint32_t> python_;
    std::vector<profile::Category> activity_;
    std::vector<bool> tracing_, extension_;    // by context: cProfile's own; compiled code of the program
    std::vector<SampledFunction*> functions_;  // by function of the profile
};

}  // namespace

FunctionKey key_of(const Function& function, const std::string& working_directory) {
    return {normal_path(function.file, working_directory), function.first_line, co_name(function)};
}

std::uint32_t traced_process(const Profile& profile, std::int32_t rank) {
    std::uint32_t first = none;
    for (std::uint32_t i = 0; i < profile.processes.size(); i++) {
        const profile::Process& process = profile.processes[i];
        if (process.rank != rank || process.python.empty()) continue;
        if (first == none || process.started_realtime_ns < profile.processes[first].started_realtime_ns) first = i;
    }
    return first;
}

bool is_traced(const profile::Process& process, const profile::Thread& thread) {
    if (thread.folded == 0 && thread.tid == process.pid) return true;
    return thread.is_python && minor_version(process.python) >= 12;
}

void add(SampledFunctions& sums, const Profile& profile, const std::vector<std::uint32_t>& processes) {
    if (!processes.empty()) Sums{sums, profile, processes}.add();
}

}  // namespace pyprof::compare
