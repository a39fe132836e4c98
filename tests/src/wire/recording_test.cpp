#include "wire/recording.h"

#include <cstddef>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/catch.h"

using namespace pyprof::wire;

namespace {

// The rows "| offset | type | `name` |" of the page that begin with `offset`.
bool page_has(const std::string& page, std::size_t offset, const std::string& name) {
    const std::string begin = "\n| " + std::to_string(offset) + " | ";
    for (std::size_t at = page.find(begin); at != std::string::npos; at = page.find(begin, at + 1)) {
        const std::string row = page.substr(at + 1, page.find('\n', at + 1) - at - 1);
        if (row.find("| `" + name + "` |") != std::string::npos) return true;
    }
    return false;
}

}  // namespace

#define PYPROF_CHECK_ROW(type, member) \
    CHECK((page_has(page, offsetof(type, member), #member) ? "" : #member) == std::string{})

TEST_CASE("the page of the format gives the offsets of the header file") {
    std::ifstream file{PYPROF_RECORDING_PAGE};
    const std::string page{std::istreambuf_iterator<char>{file}, {}};
    REQUIRE(page.size() > 1000);
    PYPROF_CHECK_ROW(RecordingHeader, version);
    PYPROF_CHECK_ROW(RecordingHeader, header_bytes);
    PYPROF_CHECK_ROW(RecordingHeader, period_ns);
    PYPROF_CHECK_ROW(RecordingHeader, rank);
    PYPROF_CHECK_ROW(RecordingHeader, state);
    PYPROF_CHECK_ROW(RecordingHeader, started_ns);
    PYPROF_CHECK_ROW(RecordingHeader, committed_bytes);
    PYPROF_CHECK_ROW(RecordingHeader, losses);
    PYPROF_CHECK_ROW(RecordingHeader, handler_histogram);
    PYPROF_CHECK_ROW(RecordingHeader, slices);
    PYPROF_CHECK_ROW(RecordingHeader, job);
    PYPROF_CHECK_ROW(RecordingHeader, command);
    PYPROF_CHECK_ROW(RecordingHeader, call_clock);
    PYPROF_CHECK_ROW(ChunkHeader, kind);
    PYPROF_CHECK_ROW(ChunkHeader, tree);
    PYPROF_CHECK_ROW(ChunkHeader, used);
    PYPROF_CHECK_ROW(Node, parent);
    PYPROF_CHECK_ROW(Node, samples);
    PYPROF_CHECK_ROW(Node, expiries);
    PYPROF_CHECK_ROW(ModuleRecord, load_bias);
    PYPROF_CHECK_ROW(ModuleRecord, flags);
    PYPROF_CHECK_ROW(CodeRecord, first_traceable);
    PYPROF_CHECK_ROW(CodeRecord, table_bytes);
    PYPROF_CHECK_ROW(CodeRecord, truncated);
    PYPROF_CHECK_ROW(ThreadRecord, spawned_by);
    PYPROF_CHECK_ROW(ThreadRecord, armed);
    PYPROF_CHECK_ROW(ThreadRecord, name);
    PYPROF_CHECK_ROW(UnloadedRecord, id);
    PYPROF_CHECK_ROW(CallRow, name);
    PYPROF_CHECK_ROW(CallRow, ranks);
    PYPROF_CHECK_ROW(CallRow, size_class);
    PYPROF_CHECK_ROW(CallRow, time);
    PYPROF_CHECK_ROW(CallRow, synchronising);
    CHECK(page.find("| 56 | | | the build id, then the path |") != std::string::npos);
    CHECK(sizeof(ModuleRecord) == 56);
    CHECK(page.find("| 48 | | | file, name, qualified name, line table, without gaps |") != std::string::npos);
    CHECK(sizeof(CodeRecord) == 48);
}

TEST_CASE("node keys hold what they are made of") {
    const std::uint64_t native = node_key::make_native(0x7fff'1234'5678, 0xabc, true, false);
    CHECK(node_key::kind(native) == node_key::native);
    CHECK(node_key::address_of(native) == 0x7fff'1234'5678);
    CHECK(node_key::module_of(native) == 0xabc);
    CHECK((native & node_key::return_bit) != 0);
    CHECK((native & node_key::guessed_bit) == 0);
    for (const std::int64_t unit : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1} << 34}) {
        const std::uint64_t python = node_key::make_python(0xfedcba, unit);
        CHECK(node_key::kind(python) == node_key::python);
        CHECK(node_key::code_of(python) == 0xfedcba);
        CHECK(node_key::unit_of(python) == unit);
    }
}
