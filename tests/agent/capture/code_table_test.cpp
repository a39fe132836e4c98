#include "agent/capture/code_table.h"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "agent/cpython/versions.h"
#include "tests/support/catch.h"
#include "tests/support/fake_python.h"
#include "tests/support/memory_recording.h"

using namespace pyprof;
using namespace pyprof::capture;
using pyprof::tests::FakePython;

namespace {

struct Fixture {
    FakePython python;
    std::unique_ptr<CodeTable> codes = std::make_unique<CodeTable>();
    RecordingWriter writer;

    explicit Fixture(const cpython::PythonLayout& layout) : python{layout} { tests::clear_recording(); }

    std::uint32_t id_of(std::uint64_t code) {
        PageCache known;
        return codes->id_of(code, CodeTable::fingerprint(code, python.layout(), known, false), python.layout(), writer,
                            known);
    }
};

std::vector<const cpython::PythonLayout*> layouts_without_version() {
    std::vector<const cpython::PythonLayout*> layouts = tests::layouts_since(8);
    std::erase_if(layouts, [](const auto* each) { return each->code.version != cpython::absent; });
    return layouts;
}

}  // namespace

TEST_CASE("a code object keeps its id and is recorded once") {
    Fixture f{*GENERATE(from_range(tests::layouts_since(8)))};
    const std::uint64_t first = f.python.code("first"), second = f.python.code("second");
    const std::uint32_t id = f.id_of(first);
    CHECK(id == 1);
    CHECK(f.id_of(second) == 2);
    const std::size_t recorded = tests::recorded_bytes().size();
    CHECK(f.id_of(first) == id);
    CHECK(f.id_of(second) == 2);
    CHECK(tests::recorded_bytes().size() == recorded);
    CHECK(tests::find_code_record(id) != nullptr);
}

TEST_CASE("another code object at the same address gets another id") {
    SECTION("by its version number") {
        Fixture f{*GENERATE(from_range(tests::layouts_since(12)))};
        const std::uint64_t code = f.python.code("f");
        const std::uint32_t before = f.id_of(code);
        f.python.put(code + f.python.layout().code.version, std::uint32_t{77});
        CHECK(f.id_of(code) != before);
    }
    SECTION("by what it says, where there is none") {
        Fixture f{cpython::python_3_11};
        const cpython::PythonLayout::Code& at = f.python.layout().code;
        const std::uint64_t code = f.python.code("f");
        const std::uint32_t before = f.id_of(code);
        const cpython::Offset changed = GENERATE_COPY(at.name, at.file_name, at.line_table);
        f.python.put_pointer(code + changed, f.python.text("other"));
        CHECK(f.id_of(code) != before);
    }
    SECTION("by how its names end, where all of it lies as before") {
        Fixture f{*GENERATE(from_range(layouts_without_version()))};
        const std::string path = GENERATE("a.py", "/home/cell_12.py");
        const std::uint64_t file = f.python.text(path), name = f.python.text("f"),
                            wide = f.python.wide_text(u"\u03a9f");
        const bool is_wide = GENERATE(false, true);
        const std::uint64_t code = f.python.code({.file_name = file, .name = is_wide ? wide : name});
        const cpython::PythonLayout::Text& at = f.python.layout().text;
        const std::uint64_t before = f.id_of(code);
        CHECK(f.id_of(code) == before);
        const std::uint64_t end_of_name = is_wide ? wide + at.compact_data + 2 : name + at.ascii_data;
        f.python.put(GENERATE_COPY(file + at.ascii_data + path.size() - 1, end_of_name), 'x');
        CHECK(f.id_of(code) != before);
    }
}

TEST_CASE("a code object whose names cannot be read has an id") {
    Fixture f{cpython::python_3_11};
    const std::uint64_t code = f.python.code("f"), nowhere = 1ULL << 46;
    const cpython::PythonLayout::Code& at = f.python.layout().code;
    for (const cpython::Offset lost : {at.name, at.file_name, at.line_table})
        f.python.put_pointer(code + lost, nowhere);
    CHECK(f.id_of(code) == f.id_of(code));
    CHECK(f.id_of(code) != 0);
}

TEST_CASE("a full recording is no reason to remember an id") {
    Fixture f{cpython::python_3_12};
    const std::uint64_t code = f.python.code("f");
    tests::set_recording_full(true);
    for (int i = 0; i < 100; ++i) CHECK(f.id_of(code) == 0);
    tests::set_recording_full(false);
    CHECK(f.id_of(code) == 1);
}

TEST_CASE("after a reset every code object is recorded again") {
    Fixture f{cpython::python_3_12};
    const std::uint64_t first = f.python.code("first"), second = f.python.code("second");
    f.id_of(first);
    f.id_of(second);
    f.codes->reset();
    tests::clear_recording();
    CHECK(f.id_of(second) == 1);
    CHECK(f.id_of(first) == 2);
    CHECK(tests::find_code_record(2) != nullptr);
}

TEST_CASE("the table takes as many as it promises, all different, and no more") {
    Fixture f{cpython::python_3_12};
    const std::uint64_t code = f.python.code("f");
    std::vector<std::uint32_t> ids;
    for (std::uint32_t i = 0; i < CodeTable::capacity; ++i) {
        f.python.put(code + f.python.layout().code.version, i + 1);
        ids.push_back(f.id_of(code));
    }
    CHECK(std::count(ids.begin(), ids.end(), 0u) == 0);
    std::vector<std::uint32_t> sorted = ids;
    std::sort(sorted.begin(), sorted.end());
    CHECK(std::unique(sorted.begin(), sorted.end()) == sorted.end());
    f.python.put(code + f.python.layout().code.version, CodeTable::capacity + 1);
    CHECK(f.id_of(code) == 0);
    f.python.put(code + f.python.layout().code.version, std::uint32_t{1});
    CHECK(f.id_of(code) == ids[0]);
}

TEST_CASE("threads that meet the same code objects agree on their ids") {
    Fixture f{cpython::python_3_13};
    constexpr std::size_t code_count = 500, thread_count = 4;
    std::vector<std::uint64_t> codes;
    for (std::size_t i = 0; i < code_count; ++i) codes.push_back(f.python.code("f" + std::to_string(i)));

    std::vector<std::vector<std::uint32_t>> seen(thread_count, std::vector<std::uint32_t>(code_count));
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < thread_count; ++t)
        threads.emplace_back([&, t] {
            std::mt19937 order{static_cast<unsigned>(t / 2)};  // pairs of threads go the same way
            std::vector<std::size_t> indexes(code_count);
            for (std::size_t i = 0; i < code_count; ++i) indexes[i] = i;
            std::shuffle(indexes.begin(), indexes.end(), order);
            for (const std::size_t i : indexes) seen[t][i] = f.id_of(codes[i]);
        });
    for (std::thread& thread : threads) thread.join();

    for (std::size_t t = 1; t < thread_count; ++t) CHECK(seen[t] == seen[0]);
    for (std::size_t i = 0; i < code_count; ++i) {
        const wire::CodeRecord* const record = tests::find_code_record(seen[0][i]);
        REQUIRE(record != nullptr);
        const std::string name(reinterpret_cast<const char*>(record + 1) + record->file_bytes, record->name_bytes);
        REQUIRE(name == "f" + std::to_string(i));
    }
}
