#include "agent/discover/runtime.h"

#include <cstring>
#include <dlfcn.h>
#include <pthread.h>
#include <string>
#include <vector>

#include "agent/cpython/versions.h"
#include "tests/support/catch.h"
#include "tests/support/stated_offsets.h"

using namespace pyprof;
using namespace pyprof::discover;
using cpython::PythonRuntime;
using cpython::RuntimeState;

namespace {

// One of the libraries made from fake_cpython.cpp, loaded so that dlsym(RTLD_DEFAULT) does not see it.
class FakeLibrary {
public:
    explicit FakeLibrary(const char* name)
        : handle_{dlopen((std::string{PYPROF_TEST_LIBRARIES "/lib"} + name + ".so").c_str(), RTLD_NOW | RTLD_LOCAL)} {
        REQUIRE(handle_ != nullptr);
    }
    ~FakeLibrary() { dlclose(handle_); }
    FakeLibrary(const FakeLibrary&) = delete;
    FakeLibrary& operator=(const FakeLibrary&) = delete;

    unsigned char* symbol(const char* name) const {
        auto* const found = static_cast<unsigned char*>(dlsym(handle_, name));
        REQUIRE(found != nullptr);
        return found;
    }
    template <class T>
    void put(const char* name, cpython::Offset at, T value) {
        std::memcpy(symbol(name) + at, &value, sizeof value);
    }

    // An interpreter of this version that was initialised, with no thread state for this thread.
    void set_up(unsigned long version_hex, const cpython::PythonLayout& layout) {
        put("Py_Version", 0, version_hex);
        set_up(layout);
    }
    // One before 3.11, which says its version in words.
    void set_up(const char* version, const cpython::PythonLayout& layout) {
        std::strcpy(reinterpret_cast<char*>(symbol("fake_version")), version);
        set_up(layout);
    }
    void set_up(const cpython::PythonLayout& layout) {
        put("PyCode_Type", layout.type.basic_size, std::uint64_t{layout.code.basic_size});
        put("PyUnicode_Type", layout.type.basic_size, std::uint64_t{layout.text.compact_data} + 8);
        put("PyBytes_Type", layout.type.basic_size, std::uint64_t{layout.bytes.data} + 1);
        put("_PyRuntime", layout.runtime.first_interpreter, std::uint64_t{0x5555});
    }
    void state_offsets(std::uint64_t tests::StatedOffset::*version) {
        put("_PyRuntime", 0, std::uint64_t{0x7970677562656478});  // "xdebugpy"
        for (const tests::StatedOffset& each : tests::stated_offsets_3_13) put("_PyRuntime", each.at, each.*version);
    }
    void bind_thread(const cpython::PythonLayout& layout, pthread_key_t key, const void* by_key, void* by_function) {
        put("_PyRuntime", layout.runtime.key_initialized, std::int32_t{1});
        put("_PyRuntime", layout.runtime.key, key);
        pthread_setspecific(key, by_key);
        put("fake_bound_thread", 0, by_function);
    }

private:
    void* handle_;
};

bool says(const PythonRuntime& python, const char* what) {
    return std::string{python.message}.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("a process without an interpreter has none") {
    const PythonRuntime python = find_python();
    CHECK(python.state == RuntimeState::none);
    CHECK(python.message[0] == '\0');
}

TEST_CASE("an interpreter in a library of local scope is found once it is loaded") {
    CHECK(find_python().state == RuntimeState::none);
    FakeLibrary library{"fake_cpython"};
    library.set_up(0x030c01f0, cpython::python_3_12);
    const PythonRuntime python = find_python();
    CHECK(std::string{python.message} == "");
    CHECK(python.state == RuntimeState::ready);
    CHECK(python.version_hex == 0x030c01f0);
    CHECK(python.layout.version.minor == 12);
    CHECK(python.runtime == reinterpret_cast<std::uint64_t>(library.symbol("_PyRuntime")));
    CHECK(python.code_type == reinterpret_cast<std::uint64_t>(library.symbol("PyCode_Type")));
}

TEST_CASE("the thread key is believed only if it gives what the interpreter says") {
    FakeLibrary library{"fake_cpython"};
    library.set_up(0x030b07f0, cpython::python_3_11);
    pthread_key_t key;
    REQUIRE(pthread_key_create(&key, nullptr) == 0);
    int one = 0, other = 0;
    SECTION("the same") {
        library.bind_thread(cpython::python_3_11, key, &one, &one);
        const PythonRuntime python = find_python();
        CHECK(python.state == RuntimeState::ready);
        CHECK(python.thread_specific(key) == &one);
    }
    SECTION("something else") {
        library.bind_thread(cpython::python_3_11, key, &one, &other);
        const PythonRuntime python = find_python();
        CHECK(python.state == RuntimeState::unsupported);
        CHECK(says(python, "thread states"));
    }
    SECTION("no key where there should be one") {
        library.put("fake_bound_thread", 0, &one);
        CHECK(find_python().state == RuntimeState::unsupported);
    }
    pthread_key_delete(key);
}

TEST_CASE("a version before 3.11 is known by what it says") {
    FakeLibrary library{"fake_cpython_old"};
    const auto& [text, hex, layout] = GENERATE(table<const char*, std::uint32_t, const cpython::PythonLayout*>({
        {"3.8.18 (default, Nov 21 2026)", 0x030812f0, &cpython::python_3_8},
        {"3.9.2 (default, x)", 0x030902f0, &cpython::python_3_9},
        {"3.10.13+ (main, x)", 0x030a0df0, &cpython::python_3_10},
    }));
    library.set_up(text, *layout);
    const PythonRuntime python = find_python();
    CHECK(std::string{python.message} == "");
    CHECK(python.state == RuntimeState::ready);
    CHECK(python.version_hex == hex);
    CHECK(python.layout.version.minor == layout->version.minor);
    const bool is_counted = python.layout.frame.activations == cpython::Activations::counted;
    const auto loop = reinterpret_cast<std::uint64_t>(library.symbol("_PyEval_EvalFrameDefault"));
    CHECK(python.loop.holds(loop) == is_counted);
}

TEST_CASE("3.13 is read with the offsets that it states") {
    FakeLibrary library{"fake_cpython"};
    library.set_up(0x030d12f0, cpython::python_3_13);
    SECTION("as they are") {
        library.state_offsets(&tests::StatedOffset::v3_13_18);
        library.put("_PyRuntime", cpython::python_3_13.runtime.first_interpreter, std::uint64_t{0x5555});
        CHECK(find_python().state == RuntimeState::ready);
    }
    SECTION("one moved") {
        library.state_offsets(&tests::StatedOffset::v3_13_18);
        constexpr cpython::Offset at_current_frame = 184;
        library.put("_PyRuntime", at_current_frame, std::uint64_t{80});
        const PythonRuntime python = find_python();
        CHECK(python.state == RuntimeState::ready);
        CHECK(python.layout.thread.current_frame == 80);
    }
    SECTION("missing") { CHECK(says(find_python(), "debug offsets")); }
    SECTION("senseless") {
        library.state_offsets(&tests::StatedOffset::v3_13_18);
        constexpr cpython::Offset at_current_frame = 184;
        library.put("_PyRuntime", at_current_frame, std::uint64_t{81});
        CHECK(says(find_python(), "debug offsets"));
    }
    SECTION("of a free-threaded build") {
        library.put("Py_Version", 0, 0x030d00f0ul);
        library.state_offsets(&tests::StatedOffset::v3_13_0t);
        library.set_up(cpython::python_3_13t);
        const PythonRuntime python = find_python();
        CHECK(std::string{python.message} == "");
        CHECK(python.layout.version.free_threaded);
        CHECK(python.layout.code.file_name == 128);
    }
}

TEST_CASE("an interpreter whose frames cannot be read is refused with the reason") {
    SECTION("older than 3.8") {
        FakeLibrary library{"fake_cpython_old"};
        library.set_up("3.7.16 (default, Nov 21 2026)", cpython::python_3_8);
        CHECK(says(find_python(), "CPython 3.7.16: versions before 3.8"));
    }
    SECTION("a version that is none") {
        FakeLibrary library{"fake_cpython_old"};
        library.set_up(GENERATE("", "3.x", "300.1.2", "3."), cpython::python_3_8);
        CHECK(says(find_python(), "before 3.8"));
    }
    SECTION("PyPy") {
        FakeLibrary library{"fake_pypy"};
        CHECK(find_python().state == RuntimeState::unsupported);
        CHECK(says(find_python(), "PyPy"));
    }
    SECTION("newer than the newest known, without debug offsets") {
        FakeLibrary library{"fake_cpython"};
        library.set_up(0x031000f0, cpython::python_3_13);
        CHECK(says(find_python(), "CPython 3.16.0: its debug offsets"));
    }
    SECTION("another size of code objects") {
        FakeLibrary library{"fake_cpython"};
        library.set_up(0x030c01f0, cpython::python_3_12);
        library.put("PyCode_Type", cpython::python_3_12.type.basic_size, std::uint64_t{208});
        CHECK(says(find_python(), "code objects"));
    }
    SECTION("a debug build") {
        FakeLibrary library{"fake_cpython_debug"};
        library.set_up(0x030c01f0, cpython::python_3_12);
        CHECK(says(find_python(), "debug"));
    }
    CHECK(find_python().state == RuntimeState::none);  // the library is gone again
}

namespace {

// What a version states that is laid out like 3.15, and what its types say.
struct NewerVersion {
    FakeLibrary library{"fake_cpython_thread_local"};
    cpython::PythonLayout layout = cpython::python_3_15;
    struct Member {
        const char* name;
        int type;
        std::int64_t offset;
        int flags;
        const char* text;
    };
    std::vector<Member> members{
        {"co_filename", 6, layout.code.file_name, 1, nullptr},
        {"co_name", 6, layout.code.name, 1, nullptr},
        {"co_qualname", 6, layout.code.qualified_name, 1, nullptr},
        {"co_firstlineno", 1, layout.code.first_line, 1, nullptr},
        {"co_linetable", 6, layout.code.line_table, 1, nullptr},
        {"co_flags", 1, 56, 1, nullptr},  // elsewhere than in 3.15, and not stated
        {},
    };

    NewerVersion() {
        library.set_up(0x031000f0, layout);
        library.put("PyCode_Type", layout.type.members, members.data());
        const cpython::DebugOffsetTable& table = cpython::debug_offsets_3_15;
        library.put("_PyRuntime", 0, std::uint64_t{0x7970677562656478});
        library.put("_PyRuntime", 8, std::uint64_t{0x031000f0});
        for (const cpython::DebugOffset& each : table.figures) {
            cpython::Offset figure = 0;
            std::memcpy(&figure, reinterpret_cast<const unsigned char*>(&layout) + each.figure, sizeof figure);
            library.put("_PyRuntime", each.section, std::uint64_t{1 << 16});
            library.put("_PyRuntime", each.at, std::uint64_t{figure == cpython::absent ? 0 : figure});
        }
    }
};

}  // namespace

TEST_CASE("a version newer than all known ones is read by what it states, if its types agree") {
    NewerVersion newer;
    SECTION("they agree") {
        const PythonRuntime python = find_python();
        CHECK(std::string{python.message} == "");
        CHECK(python.state == RuntimeState::ready);
        CHECK(python.layout.version.minor == 16);
        CHECK(python.layout.code.flags == 56);
        CHECK(python.layout.code.version == cpython::absent);
        CHECK(python.layout.code.first_traceable == cpython::absent);
        CHECK(python.bound_thread.place == cpython::ThreadLocal::Place::module_block);
    }
    SECTION("a member lies elsewhere") {
        newer.members[1].offset += 8;
        CHECK(says(find_python(), "newer than pyprof knows"));
    }
    SECTION("a member is gone") {
        newer.members[4].name = "co_lines";
        CHECK(says(find_python(), "newer than pyprof knows"));
    }
}

TEST_CASE("an interpreter whose types disagree with its version's layout is refused") {
    FakeLibrary library{"fake_cpython"};
    library.set_up(0x030c01f0, cpython::python_3_12);
    library.put("PyUnicode_Type", cpython::python_3_12.type.basic_size, std::uint64_t{80});
    CHECK(says(find_python(), "laid out differently: text objects"));
}

TEST_CASE("of two interpreters the one in use is taken") {
    FakeLibrary unused{"fake_cpython"}, used{"fake_cpython_second"};
    unused.set_up(0x030c01f0, cpython::python_3_12);
    unused.put("_PyRuntime", cpython::python_3_12.runtime.first_interpreter, std::uint64_t{0});
    used.set_up(0x030c01f0, cpython::python_3_12);
    CHECK(find_python().runtime == reinterpret_cast<std::uint64_t>(used.symbol("_PyRuntime")));
}
