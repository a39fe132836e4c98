#include "symbols/demangle.h"

#include "tests/support/catch.h"

namespace pyprof::symbols {
namespace {

struct Example {
    const char* linkage_name;
    const char* shown;
};

TEST_CASE("linkage names become what their author calls the function") {
    const auto example =
        GENERATE(Example{"main", "main"}, Example{"_ZN6shapes10total_normEPKdi", "shapes::total_norm"},
                 Example{"_ZNK6shapes4GridIdE5relaxEPKdi", "shapes::Grid<double>::relax"},
                 Example{"_ZN6shapes12_GLOBAL__N_16hiddenEd", "shapes::{anonymous}::hidden"},
                 Example{"_ZZN6shapes10total_normEPKdiENKUldE_clEd", "shapes::total_norm::{lambda}::operator()"},
                 Example{"_ZlsRSoRK3Foo", "operator<<"}, Example{"_ZN3FoocvbEv", "Foo::operator bool"},
                 Example{"_ZN3FooclEi", "Foo::operator()"}, Example{"_ZNK3FooltERKS_", "Foo::operator<"},
                 Example{"_Z5twiceIiET_S0_", "twice<int>"}, Example{"_Znwm", "operator new"},
                 Example{"_ZN3FooC2Ev", "Foo::Foo"}, Example{"_ZN3FooD1Ev", "Foo::~Foo"},
                 Example{"_Z3barNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", "bar"},
                 Example{"_ZNSt6vectorIdSaIdEE9push_backERKd", "std::vector<double>::push_back"},
                 Example{"_ZN4wrapISt4lessINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEEE3runEv",
                         "wrap<std::less<std::string>>::run"},
                 Example{"_ZN3Foo3barB5cxx11Ev", "Foo::bar"});
    CAPTURE(example.linkage_name);
    CHECK(display_name(example.linkage_name) == example.shown);
}

TEST_CASE("long template arguments are shortened and the function's name stays") {
    const std::string name =
        simplify("void solve<Matrix<double, 3, 3, RowMajor>, Vector<double> >(Matrix<double>, int)");
    CHECK(name == "solve<...>");
    CHECK(simplify("pybind11::cpp_function::initialize<double (*&)(double), double, double>(double (*&)(double))::"
                   "{lambda(pybind11::detail::function_call&)#3}::_FUN(pybind11::detail::function_call&)") ==
          "pybind11::cpp_function::initialize<...>::{lambda}::_FUN");
}

TEST_CASE("clones and split parts carry the name of their function") {
    CHECK(without_clone_suffix("evolve.constprop.0") == "evolve");
    CHECK(without_clone_suffix("evolve.part.0.cold") == "evolve");
    CHECK(without_clone_suffix("evolve.isra.0.lto_priv.3") == "evolve");
    CHECK(without_clone_suffix("evolve._omp_fn.0") == "evolve._omp_fn.0");
    CHECK(without_clone_suffix(".cold") == ".cold");
    CHECK(display_name("_ZN6shapes10total_normEPKdi.cold") == "shapes::total_norm");
}

TEST_CASE("names of other languages become what their authors wrote") {
    CHECK(display_name("__rod_MOD_evolve") == "rod::evolve");
    CHECK(display_name("__rod_MOD_evolve.constprop.0") == "rod::evolve");
    CHECK(display_name("__pyx_pf_3k16_2untyped") == "k16.untyped");
    CHECK(display_name("_ZN4heat5outer17h1e9b9b8a94a3c1f5E") == "heat::outer");
    CHECK(display_name("_RNvNvCsb0s9dnsQpsi_4heat5outer5inner") == "heat::outer::inner");
    CHECK(display_name("pi_by_series_") == "pi_by_series_");
}

TEST_CASE("names that only look like C++ stay as they are") {
    CHECK(display_name("_Z") == "_Z");
    CHECK(display_name("_Znonsense") == "_Znonsense");
    CHECK(demangle(std::string(100'000, '_').replace(0, 2, "_Z")).empty());
}

}  // namespace
}  // namespace pyprof::symbols
