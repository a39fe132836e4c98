#include "agent/capture/code_copy.h"

#include <string>
#include <vector>

#include "agent/cpython/versions.h"
#include "tests/support/catch.h"
#include "tests/support/fake_python.h"

using namespace pyprof;
using namespace pyprof::capture;
using pyprof::tests::FakePython;

namespace {

const cpython::PythonLayout& any_layout() { return *GENERATE(from_range(tests::layouts_since(8))); }

std::string bytes_of(const TextView& view) { return {reinterpret_cast<const char*>(view.data), view.bytes}; }

}  // namespace

TEST_CASE("texts of every width are found in place") {
    FakePython python{any_layout()};
    PageCache known;
    SECTION("plain") {
        const TextView view = view_text(python.text("solve"), python.layout(), known);
        CHECK(view.kind == wire::TextKind::latin1);
        CHECK(bytes_of(view) == "solve");
        CHECK_FALSE(view.truncated);
    }
    SECTION("two bytes a character") {
        const TextView view = view_text(python.wide_text(u"Ωmega"), python.layout(), known);
        CHECK(view.kind == wire::TextKind::ucs2);
        CHECK(bytes_of(view) == std::string("\xa9\x03m\0e\0g\0a\0", 10));
    }
    SECTION("not compact: the characters are elsewhere") {
        const std::uint64_t text = python.wide_text(u"    ");
        python.put(text + python.layout().text.state, 1u << python.layout().text.kind_shift);
        const std::uint64_t elsewhere = python.byte_string(16) + python.layout().bytes.data;
        python.put_pointer(text + python.layout().text.compact_data, elsewhere);
        const TextView view = view_text(text, python.layout(), known);
        CHECK(view.data == elsewhere);
        CHECK(view.bytes == 4);
    }
    SECTION("empty") {
        const TextView view = view_text(python.text(""), python.layout(), known);
        CHECK(view.bytes == 0);
        CHECK_FALSE(view.truncated);
    }
}

TEST_CASE("a text that is no text is empty and marked") {
    FakePython python{any_layout()};
    PageCache known;
    std::uint64_t text = python.text("solve");
    SECTION("unreadable") { text = 0x10; }
    SECTION("a width there is not") {
        python.put(text + python.layout().text.state, 3u << python.layout().text.kind_shift);
    }
    SECTION("a negative length") { python.put(text + python.layout().text.length, std::int64_t{-1}); }
    SECTION("longer than memory") { python.put(text + python.layout().text.length, std::int64_t{1} << 40); }
    SECTION("characters that cannot be read") {
        python.put(text + python.layout().text.state, 1u << python.layout().text.kind_shift);
        python.put_pointer(text + python.layout().text.compact_data, 0x10);
    }
    const TextView view = view_text(text, python.layout(), known);
    CHECK(view.bytes == 0);
    CHECK(view.truncated);
}

TEST_CASE("long texts and line tables are cut at their limits") {
    FakePython python{any_layout()};
    PageCache known;
    const std::size_t extra = GENERATE(0u, 1u);
    const std::uint64_t name = python.text(std::string(max_text_bytes + extra, 'n'));
    const std::uint64_t code =
        python.code({.file_name = python.text("f.py"), .name = name, .table_bytes = max_line_table_bytes + extra});
    const CodeView view = view_code(code, python.layout(), known);
    CHECK(view.name.bytes == max_text_bytes);
    CHECK(view.table_bytes == max_line_table_bytes);
    CHECK(view.name.truncated == (extra != 0));
    CHECK(view.table_truncated == (extra != 0));
    std::vector<std::uint64_t> memory(record_bytes(view) / 8);
    auto& record = *reinterpret_cast<wire::CodeRecord*>(memory.data());
    write_code(view, python.layout(), 1, record, known);
    namespace part = wire::code_truncated;
    const bool is_qualified = python.layout().code.qualified_name != cpython::absent;
    const int names = part::name | (is_qualified ? part::qualname : 0);
    CHECK(record.truncated == (extra == 0 ? 0 : part::any | names | part::table));
}

TEST_CASE("a record holds names and line table one after the other") {
    FakePython python{any_layout()};
    PageCache known;
    const std::uint64_t code = python.code({.file_name = python.text("heat.py"),
                                            .name = python.wide_text(u"Δ"),
                                            .first_line = 12,
                                            .first_traceable = 3,
                                            .table_bytes = 5});
    const CodeView view = view_code(code, python.layout(), known);
    const bool is_qualified = python.layout().code.qualified_name != cpython::absent;
    REQUIRE(record_bytes(view) == (sizeof(wire::CodeRecord) + 7 + 2 + (is_qualified ? 2 : 0) + 5 + 7) / 8 * 8);
    std::vector<std::uint64_t> memory(record_bytes(view) / 8);
    auto& record = *reinterpret_cast<wire::CodeRecord*>(memory.data());
    write_code(view, python.layout(), 9, record, known);
    CHECK(record.header.size == 0);
    CHECK(record.header.kind == wire::RecordKind::code);
    CHECK(record.id == 9);
    CHECK(record.first_line == 12);
    CHECK(record.flags == 3);
    CHECK(record.first_traceable == (python.layout().code.first_traceable == cpython::absent ? 0 : 3));
    CHECK(record.file_kind == wire::TextKind::latin1);
    CHECK(record.name_kind == wire::TextKind::ucs2);
    CHECK(record.table_kind == python.layout().code.line_table_kind);
    CHECK(record.truncated == 0);
    const std::string names = is_qualified ? "heat.py\x94\x03\x94\x03" : "heat.py\x94\x03";
    const std::string rest(reinterpret_cast<const char*>(&record + 1), names.size() + 5);
    CHECK(rest == names + "\x01\x08\x0f\x16\x1d");
}

TEST_CASE("a line table that cannot be read leaves a record without one") {
    FakePython python{any_layout()};
    PageCache known;
    const std::uint64_t code = python.code("f");
    python.put_pointer(code + python.layout().code.line_table, 0x10);
    const CodeView view = view_code(code, python.layout(), known);
    CHECK(view.table_bytes == 0);
    CHECK(view.table_truncated);
    CHECK(view.name.bytes == 1);
}
