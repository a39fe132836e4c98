#include "agent/capture/module_table.h"

#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <link.h>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/memory_recording.h"
#include "tests/support/temporary_folder.h"
#include "wire/recording.h"

using namespace pyprof::capture;
using namespace pyprof::wire;

namespace {

RecordingWriter writer;

struct Fixture {
    std::unique_ptr<ModuleTable> table = std::make_unique<ModuleTable>();
    Fixture() {
        set_up_object_lookup();
        pyprof::tests::clear_recording();
        table->set_up(writer, "/the/program");
    }
    std::uint32_t id(const void* place) {
        Module module;
        return table->find(reinterpret_cast<std::uint64_t>(place), module) ? module.id : ~0U;
    }
};

template <class Record>
std::vector<const Record*> recorded(RecordKind kind) {
    std::vector<const Record*> found;
    const auto bytes = pyprof::tests::recorded_bytes();
    for (std::size_t at = 0; at < bytes.size();) {
        const auto* header = reinterpret_cast<const RecordHeader*>(bytes.data() + at);
        REQUIRE(header->size != 0);
        if (header->kind == kind) found.push_back(reinterpret_cast<const Record*>(header));
        at += header->size;
    }
    return found;
}

std::vector<const ModuleRecord*> modules() { return recorded<ModuleRecord>(RecordKind::module); }
std::vector<const UnloadedRecord*> unloaded() { return recorded<UnloadedRecord>(RecordKind::unloaded); }

std::string path_of(const ModuleRecord& record) {
    return {reinterpret_cast<const char*>(&record + 1) + record.build_id_bytes, record.path_bytes};
}

const void* qsort_place() { return reinterpret_cast<const void*>(&std::qsort); }
const void* own_place() { return reinterpret_cast<const void*>(&own_place); }

struct Plugin {
    void* handle;
    void* place;
    explicit Plugin(const char* path) : handle{dlopen(path, RTLD_NOW | RTLD_LOCAL)} {
        REQUIRE(handle != nullptr);
        place = dlsym(handle, "walk_plugin_number");
    }
    void close() { dlclose(handle); }
};

}  // namespace

TEST_CASE("an object is recorded once, with path, place and build id") {
    Fixture fixture;
    const std::uint32_t id = fixture.id(qsort_place());
    CHECK(id == 1);
    CHECK(fixture.id(reinterpret_cast<const void*>(&std::malloc)) == 1);
    REQUIRE(modules().size() == 1);
    const ModuleRecord& record = *modules()[0];
    Dl_info info;
    link_map* map = nullptr;
    REQUIRE(dladdr1(qsort_place(), &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) != 0);
    CHECK(path_of(record) == info.dli_fname);
    CHECK(record.load_bias == map->l_addr);
    CHECK(record.begin == reinterpret_cast<std::uint64_t>(info.dli_fbase));
    CHECK(record.end > reinterpret_cast<std::uint64_t>(qsort_place()));
    CHECK(record.build_id_bytes == 20);
#ifdef __SANITIZE_THREAD__
    CHECK(record.flags == module_flags::loader);  // its library has a __tls_get_addr, as it has a qsort
#else
    CHECK(record.flags == 0);
#endif
}

TEST_CASE("the main program has the path it was set up with") {
    Fixture fixture;
    fixture.id(own_place());
    REQUIRE(modules().size() == 1);
    CHECK(path_of(*modules()[0]) == "/the/program");
    CHECK((modules()[0]->flags & module_flags::executable) != 0);
    CHECK((modules()[0]->flags & module_flags::agent) == 0);  // though this test links the agent's code
    CHECK(fixture.table->flags(modules()[0]->id) == modules()[0]->flags);
}

TEST_CASE("an object that exports _PyRuntime is an interpreter, one by name is MPI") {
    Fixture fixture;
    Plugin python{PLUGIN_ONE}, mpi{PLUGIN_MPI};
    const std::uint32_t python_id = fixture.id(python.place), mpi_id = fixture.id(mpi.place);
    CHECK(fixture.table->flags(python_id) == module_flags::interpreter);
    CHECK(fixture.table->flags(mpi_id) == module_flags::mpi);
    python.close();
    mpi.close();
}

TEST_CASE("libraries that keep pools of threads are known by name") {
    Fixture fixture;
    const pyprof::test_support::TemporaryFolder folder;
    for (const char* name : {"libgomp.so.1", "libopenblasp.so.0", "libpocl-devices-pthread.so", "libblosc.so.1"}) {
        const std::string copy = folder / name;
        std::filesystem::copy_file(PLUGIN_MPI, copy);
        Plugin library{copy.c_str()};
        CHECK((fixture.table->flags(fixture.id(library.place)) & module_flags::thread_pool) != 0);
        library.close();
    }
    CHECK((fixture.table->flags(fixture.id(qsort_place())) & module_flags::thread_pool) == 0);
}

TEST_CASE("an object without build id has an identity instead") {
    Fixture fixture;
    Plugin one{PLUGIN_ONE}, two{PLUGIN_TWO};
    fixture.id(one.place);
    fixture.id(two.place);
    REQUIRE(modules().size() == 2);
    CHECK(modules()[0]->build_id_bytes == 0);
    CHECK(modules()[0]->identity != 0);
    CHECK(modules()[0]->identity != modules()[1]->identity);
    one.close();
    two.close();
}

TEST_CASE("an object in the place of another gets a new id, and the old one is recorded as unloaded") {
    Fixture fixture;
    Plugin first{PLUGIN_ONE};
    const std::uint32_t first_id = fixture.id(first.place);
    const std::uint64_t first_begin = modules()[0]->begin;
    fixture.table->objects_changed();
    first.close();
    CHECK(fixture.id(first.place) == ~0U);
    fixture.table->objects_changed();
    Plugin second{PLUGIN_TWO};
    const std::uint32_t second_id = fixture.id(second.place);
    CHECK(second_id != first_id);
    if (modules()[1]->begin == first_begin) {  // as Linux does when nothing else was mapped between
        REQUIRE(unloaded().size() == 1);
        CHECK(unloaded()[0]->id == first_id);
    }
    second.close();
}

TEST_CASE("loading something else changes no ids") {
    Fixture fixture;
    const std::uint32_t id = fixture.id(qsort_place());
    fixture.table->objects_changed();
    Plugin plugin{PLUGIN_TWO};
    CHECK(fixture.id(qsort_place()) == id);
    CHECK(modules().size() == 1);
    plugin.close();
}

TEST_CASE("a new recording gets every object again, under its old id") {
    Fixture fixture;
    const std::uint32_t id = fixture.id(qsort_place());
    const std::uint32_t generation = fixture.table->generation();
    pyprof::tests::clear_recording();
    fixture.table->reset();
    CHECK(fixture.table->generation() != generation);
    CHECK(fixture.id(qsort_place()) == id);
    REQUIRE(modules().size() == 1);
    CHECK(modules()[0]->id == id);
}

TEST_CASE("while the recording is full an object has no id") {
    Fixture fixture;
    pyprof::tests::set_recording_full(true);
    CHECK(fixture.id(qsort_place()) == 0);
    pyprof::tests::set_recording_full(false);
    CHECK(fixture.id(qsort_place()) != 0);
    CHECK(modules().size() == 1);
}

TEST_CASE("threads that meet an object at once agree on its id") {
    for (int round = 0; round < 50; ++round) {
        Fixture fixture;
        std::uint32_t left = 0, right = 0;
        std::thread other{[&] { left = fixture.id(qsort_place()); }};
        right = fixture.id(qsort_place());
        other.join();
        CHECK(left == right);
        CHECK(modules().size() == 1);
    }
}
