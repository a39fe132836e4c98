#include "tests/support/sample_profile.h"

#include <string>
#include <vector>

#include "profile/categories.h"
#include "tests/support/profile_builder.h"

namespace pyprof::test_support {

using profile::Domain;

namespace {

constexpr const char* app = "/home/user/heat/app.py";
constexpr const char* solver = "/home/user/heat/solver.py";

struct Threads {
    std::uint32_t main0, blas0, main1, worker1, child1;
};

struct Modules {
    std::uint32_t interpreter, kernel, mpi, blas;
};

Threads add_processes(ProfileBuilder& make) {
    const std::uint32_t rank0 = make.process(0, 1000, "node01");
    const std::uint32_t rank1 = make.process(1, 2000, "node02");
    const std::uint32_t child = make.process(1, 2050, "node02");
    make.process_at(child).parent_pid = 2000;
    make.process_at(child).state = "killed";
    make.process_at(rank0).slice_width_ns = 1'000'000'000;
    make.process_at(rank0).slices = {10, 40, 5, 0, 12, 40, 3, 0};
    make.process_at(rank1).run_delay_ns = 2'000'000;
    return {make.thread(rank0, 1000, "python3", true), make.thread(rank0, 1001, "blas", false),
            make.thread(rank1, 2000, "python3", true), make.thread(rank1, 2001, "Thread-1 (work)", true),
            make.thread(child, 2050, "python3", true)};
}

Modules add_modules(ProfileBuilder& make) {
    return {make.module("/usr/bin/python3.11"), make.module("/home/user/heat/libkernel.so"),
            make.module("/usr/lib/x86_64-linux-gnu/libmpi.so.40.30.4"),
            make.module("/usr/lib/x86_64-linux-gnu/libopenblas.so.0")};
}

std::uint32_t machinery(ProfileBuilder& make, const std::string& name, std::uint32_t module) {
    const std::uint32_t function = make.native(name, module);
    make.function(function).machinery = true;
    return make.location(function);
}

std::uint32_t mpi_function(ProfileBuilder& make, const std::string& name, std::uint32_t module) {
    const std::uint32_t function = make.native(name, module);
    make.function(function).domain = Domain::mpi;
    return make.location(function);
}

// Compiled code, BLAS and MPI below the line solver.py:42 of Solver.step.
void add_native_work(ProfileBuilder& make, std::uint32_t step, const Threads& threads, const Modules& modules) {
    const std::uint32_t heat = make.native("heat_step(double*, int)", modules.kernel, "/home/user/heat/kernel.c", 10);
    make.function(heat).system_name = "_Z9heat_stepPdi";
    const std::uint32_t stencil = make.native("stencil", modules.kernel, "/home/user/heat/kernel.c", 3);
    const std::uint32_t kernel = make.path(step, {make.location(heat, 14)});
    const std::uint32_t inlined = make.path(kernel, {make.location(stencil, 5, true)});
    make.add(kernel, threads.main0, 50);
    make.add(kernel, threads.main1, 30);
    make.add(inlined, threads.main0, 200, 210);
    make.add(inlined, threads.main1, 120);

    const std::uint32_t dgemm = make.native("dgemm_kernel_HASWELL", modules.blas);
    const std::uint32_t unnamed = make.native("libopenblas.so.0!0x1234", modules.blas);
    make.function(unnamed).named = false;
    make.add(make.path(step, {make.location(unnamed), make.location(dgemm)}), threads.main0, 40);
    make.add(make.path(step, {make.location(unnamed)}), threads.main1, 4);
    make.add(make.path(0, {make.location(unnamed), make.location(dgemm)}), threads.blas0, 35);

    const std::uint32_t allreduce = mpi_function(make, "MPI_Allreduce", modules.mpi);
    const std::uint32_t progress = mpi_function(make, "opal_progress", modules.mpi);
    make.add(make.path(step, {allreduce, progress}), threads.main0, 5);
    make.add(make.path(step, {allreduce, progress}), threads.main1, 95);
    make.add(make.path(step, {allreduce}), threads.main1, 3);
}

void add_hostile_names(ProfileBuilder& make, std::uint32_t module_frame, const Threads& threads,
                       const Modules& modules) {
    const std::vector<std::string> names = {"a;b",
                                            "ünï",
                                            "</script><img src=x onerror=alert(1)>",
                                            "line\nend\r\ttab",
                                            "\u202egpj.exe",
                                            "<listcomp>",
                                            "{\"json\": \\}",
                                            "",
                                            std::string(300, 'x')};
    std::uint32_t line = 200;
    for (const std::string& name : names) {
        const std::uint32_t function = make.python(name, "/home/user/we;ird </script>.py", line);
        make.add(make.path(module_frame, {make.location(function, line + 1)}), threads.worker1, 2);
        line += 10;
    }
    const std::uint32_t less = make.native("operator<", modules.kernel);
    make.add(make.path(module_frame, {make.location(less)}), threads.worker1, 2);
    const std::uint32_t jit = make.native("__main__::hot[abi:v1](double)", profile::none);
    make.function(jit).domain = Domain::jit;
    make.add(make.path(module_frame, {make.location(jit)}), threads.child1, 3);
}

void add_recursion(ProfileBuilder& make, std::uint32_t module_frame, const Threads& threads) {
    const std::uint32_t recurse = make.python("recurse", app, 60);
    const std::vector<std::uint32_t> deep(deep_frames, make.location(recurse, 62));
    make.add(make.path(module_frame, deep), threads.main0, 4);
    make.add(make.path(module_frame, {deep[0], deep[0]}), threads.main0, 6);
}

}  // namespace

profile::Profile sample_profile() {
    ProfileBuilder make;
    const Threads threads = add_processes(make);
    const Modules modules = add_modules(make);
    const std::uint32_t start = machinery(make, "Py_BytesMain", modules.interpreter);
    const std::uint32_t evaluate = machinery(make, "_PyEval_EvalFrameDefault", modules.interpreter);
    const std::uint32_t collect = make.location(make.native("gc_collect_main", modules.interpreter));

    const std::uint32_t main_module = make.python("<module>", app, 1);
    const std::uint32_t solve = make.python("Solver.step", solver, 40);
    make.function(solve).system_name = "step";
    const std::uint32_t import = make.python("_find_and_load", "<frozen importlib._bootstrap>", 1165);

    const std::uint32_t module_frame = make.path(0, {start, evaluate, make.location(main_module, 88)});
    const std::uint32_t step = make.path(module_frame, {make.location(solve, 42)});
    make.add(module_frame, threads.main0, 10);
    make.add(module_frame, threads.main1, 10);
    make.add(step, threads.main0, 20);
    make.add(step, threads.main1, 22);
    make.add(make.path(step, {evaluate}), threads.main1, 5);
    make.add(make.path(step, {collect}), threads.main0, 6);
    make.add(make.path(module_frame, {make.location(import, 1178), evaluate}), threads.main0, 8);
    make.add(make.path(0, {start}), threads.main0, 1);

    add_native_work(make, step, threads, modules);
    add_hostile_names(make, module_frame, threads, modules);
    add_recursion(make, module_frame, threads);
    make.thread_at(threads.worker1).spawned_by = module_frame;
    make.thread_at(threads.worker1).folded = 3;

    profile::Profile result = make.build();
    result.modules[modules.kernel].build_id = "0123456789abcdef0123456789abcdef01234567";
    result.modules[modules.blas].names_from = ".dynsym";
    result.modules[modules.mpi].version = "40.30.4";
    result.run.mpi = "Open MPI 4.1.4";
    result.run.notes = {"rank 1's child 2050 was killed."};
    result.quality.lost = {{"unwind_truncated", 3}};
    result.quality.handler_ns = 4'000'000;
    result.quality.handler_median_ns = 2'800;
    result.quality.handler_p99_ns = 12'000;
    result.quality.handler_max_ns = 55'000;
    result.quality.merge_exact = 600;
    result.quality.merge_none = 35;
    result.quality.unwind_complete = result.quality.signals - 3;
    result.quality.unwind_truncated = 3;
    result.quality.native = 500;
    result.quality.unresolved_native = 4;
    return result;
}

profile::Profile hostile_profile() {
    profile::Profile result = sample_profile();
    for (profile::Function& function : result.functions)
        if (function.name == "a;b") function.name += std::string(1 << 20, 'z');
    const std::vector<profile::Category> categories = profile::activities(result);
    for (profile::Process& process : result.processes) {
        process.slice_width_ns = 1 << 30;
        process.slices.assign(4 * 4, 0);
    }
    for (const profile::Value& value : result.values) {
        const profile::Category category = categories[value.context];
        const std::size_t column = category == profile::Category::python   ? 0
                                   : category == profile::Category::native ? 1
                                   : category == profile::Category::mpi    ? 2
                                                                           : 3;
        const std::size_t slice = value.context % 4;
        result.processes[result.threads[value.thread].process].slices[slice * 4 + column] +=
            static_cast<std::uint32_t>(value.weight / ProfileBuilder::period_ns);
    }
    return result;
}

profile::Profile counted_profile() {
    profile::Profile result = sample_profile();
    std::uint32_t line = 0;
    while (result.locations[line].line != 42) ++line;
    result.contexts.push_back({0, line});
    profile::Call call{.context = static_cast<std::uint32_t>(result.contexts.size() - 1),
                       .name = "MPI_Allreduce",
                       .kind = profile::CallKind::collective,
                       .peer = profile::CallPeer::collective,
                       .ranks = 2,
                       .size_class = 11,
                       .count = 100,
                       .bytes = 102'400,
                       .time_ns = 20'000'000,
                       .shortest_ns = 150'000,
                       .longest_ns = 400'000};
    for (std::uint32_t thread = 0; thread < result.threads.size(); thread++) {
        const profile::Process& process = result.processes[result.threads[thread].process];
        if (result.threads[thread].tid != process.pid || process.rank < 0 || process.pid % 1000 != 0) continue;
        call.thread = thread;
        if (process.rank == 1) call.time_ns = 2'000'000'000;
        result.calls.push_back(call);
    }
    for (profile::Process& process : result.processes) process.wall_ns = 10'000'000'000;
    return result;
}

profile::Profile small_profile() {
    ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(-1, 100, "here"), 100, "python3", true);
    const std::uint32_t main_frame = make.location(make.python("main", "/home/user/app.py", 10), 12);
    const std::uint32_t work = make.location(make.python("work", "/home/user/app.py", 1), 3);
    make.add(make.path(0, {main_frame}), thread, 10);
    make.add(make.path(0, {main_frame, work}), thread, 30);
    return make.build();
}

profile::Profile measured_profile(const std::string& other) {
    ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(-1, 100, "here"), 100, "python3", true);
    const std::uint32_t main_frame = make.location(make.python("main", "/home/user/app.py", 10), 12);
    const std::uint32_t work = make.location(make.python("work", "/home/user/app.py", 1), 3);
    const std::uint32_t glue = make.native("_PyEval_Vector", make.module("python3"));
    make.function(glue).machinery = true;
    const std::uint32_t above = make.path(0, {main_frame}), hidden = make.path(above, {make.location(glue)});
    const std::uint32_t below = make.path(hidden, {work});
    make.add(above, thread, 10);
    make.add(below, thread, 30);
    make.measure(other, "count", hidden, thread, 1'000'000);
    make.measure(other, "count", below, thread, 3'000'000);
    make.measure("PAPI_TOT_INS", "count", above, thread, 50);
    make.measure("PAPI_TOT_INS", "count", below, thread, 6'000'000);
    return make.build();
}

}  // namespace pyprof::test_support
