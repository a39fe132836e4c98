#include "profile/categories.h"

#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"

namespace pyprof::profile {
namespace {

using test_support::ProfileBuilder;

struct Frames {
    ProfileBuilder make;
    std::uint32_t lib = make.module("lib.so");
    std::uint32_t python = make.location(make.python("f", "app.py", 1), 2);
    std::uint32_t import = make.location(make.python("_find_and_load", "<frozen importlib._bootstrap>", 1), 2);
    std::uint32_t kernel = make.location(make.native("kernel", lib));
    std::uint32_t evaluate = make.location(make.native("_PyEval_EvalFrameDefault", lib));
    std::uint32_t collect = make.location(make.native("gc_collect_main", lib));
    std::uint32_t mpi = make.location(make.native("MPI_Send", lib));

    Frames() {
        make.function(3).machinery = true;
        make.function(5).domain = Domain::mpi;
    }
    Category category_of(const std::vector<std::uint32_t>& stack) {
        const std::uint32_t context = make.path(0, stack);
        return categories(make.build())[context];
    }
};

TEST_CASE("The innermost Python frame and what is below it decide the category") {
    Frames f;
    CHECK(f.category_of({}) == Category::other);
    CHECK(f.category_of({f.python}) == Category::python);
    CHECK(f.category_of({f.evaluate, f.python}) == Category::python);
    CHECK(f.category_of({f.python, f.evaluate}) == Category::python);
    CHECK(f.category_of({f.evaluate}) == Category::native);
    CHECK(f.category_of({f.python, f.kernel}) == Category::native);
    CHECK(f.category_of({f.python, f.kernel, f.evaluate}) == Category::native);
    CHECK(f.category_of({f.python, f.kernel, f.evaluate, f.python}) == Category::python);
    CHECK(f.category_of({f.kernel}) == Category::native);
}

TEST_CASE("MPI beats garbage collection, which beats import, which beats the rest") {
    Frames f;
    CHECK(f.category_of({f.python, f.kernel, f.mpi, f.kernel}) == Category::mpi);
    CHECK(f.category_of({f.mpi, f.kernel}) == Category::mpi);
    CHECK(f.category_of({f.mpi, f.python}) == Category::python);
    CHECK(f.category_of({f.python, f.collect, f.kernel}) == Category::gc);
    CHECK(f.category_of({f.python, f.collect, f.kernel, f.mpi}) == Category::mpi);
    CHECK(f.category_of({f.python, f.import}) == Category::import);
    CHECK(f.category_of({f.import, f.python, f.kernel}) == Category::import);
    CHECK(f.category_of({f.import, f.python, f.collect}) == Category::gc);
    CHECK(f.category_of({f.import, f.mpi}) == Category::mpi);
}

TEST_CASE("Activities do not know imports") {
    Frames f;
    const std::uint32_t context = f.make.path(0, {f.import, f.kernel});
    CHECK(activities(f.make.build())[context] == Category::native);
}

TEST_CASE("What CPU timers cannot see is not measured") {
    Run run;
    run.mode = "cpu";
    CHECK(is_measured(Category::python, run));
    CHECK(!is_measured(Category::gil, run));
    CHECK(!is_measured(Category::io, run));
    CHECK(!is_measured(Category::idle, run));
}

TEST_CASE("What a thread waits for is its category, but within MPI") {
    test_support::ProfileBuilder make;
    const std::uint32_t line = make.location(make.python("f", "a.py", 1), 2);
    const std::uint32_t native = make.location(make.native("futex_wait", make.module("libc.so.6")));
    const std::uint32_t send = make.native("MPI_Send", make.module("libmpi.so"));
    make.function(send).domain = Domain::mpi;
    std::vector<std::uint32_t> contexts;
    for (const char* name : wait_names) {
        const std::uint32_t wait = make.native(name, none);
        make.function(wait).domain = Domain::os;
        contexts.push_back(make.path(0, {line, native, make.location(wait)}));
    }
    const std::uint32_t within =
        make.path(0, {line, make.location(send), make.location(make.native(wait_names[2], none))});
    const std::vector<Category> found = activities(make.build());
    const std::vector<Category> expected{Category::gil,  Category::idle, Category::io,
                                         Category::idle, Category::idle, Category::other};
    for (std::size_t i = 0; i < contexts.size(); i++) CHECK(found[contexts[i]] == expected[i]);
    CHECK(found[within] == Category::mpi);
}

TEST_CASE("Waits are seen in wall mode only") {
    Run run;
    run.mode = "cpu";
    CHECK(!is_measured(Category::gil, run));
    CHECK(is_measured(Category::mpi, run));
    run.mode = "wall";
    for (const Category category : {Category::gil, Category::io, Category::idle}) CHECK(is_measured(category, run));
}

}  // namespace
}  // namespace pyprof::profile
