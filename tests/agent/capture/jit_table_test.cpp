#include "agent/capture/jit_table.h"

#include <cstring>
#include <memory>
#include <string>

#include "tests/support/catch.h"
#include "tests/support/memory_recording.h"

using namespace pyprof;
using namespace pyprof::capture;

namespace {

struct Fixture {
    RecordingWriter writer;
    std::unique_ptr<ModuleTable> ids = std::make_unique<ModuleTable>();
    std::unique_ptr<JitTable> table = std::make_unique<JitTable>();

    Fixture() {
        tests::clear_recording();
        table->set_up(writer, *ids);
    }

    void add(std::uint64_t begin, std::uint64_t end, const std::string& name, std::uint64_t source) {
        const std::uint32_t bytes = (sizeof(wire::JitRecord) + static_cast<std::uint32_t>(name.size()) + 7) & ~7U;
        wire::JitRecord* record = table->next_record(bytes);
        REQUIRE(record != nullptr);
        record->begin = begin;
        record->end = end;
        record->name_bytes = static_cast<std::uint32_t>(name.size());
        std::memcpy(static_cast<void*>(record + 1), name.data(), name.size());
        table->add(bytes, source);
    }
};

}  // namespace

TEST_CASE("compiled code is recorded when it is first met, and once") {
    Fixture f;
    f.add(0x1000, 0x2000, "f", 1);
    CHECK(tests::recorded_bytes().empty());
    const std::uint32_t id = f.table->find(0x1fff);
    CHECK(id != 0);
    const std::size_t recorded = tests::recorded_bytes().size();
    CHECK(recorded != 0);
    CHECK(f.table->find(0x1000) == id);
    CHECK(tests::recorded_bytes().size() == recorded);
    CHECK(f.table->find(0x2000) == 0);
    CHECK(f.table->find(0xfff) == 0);
}

TEST_CASE("a record is written as it was given, with kind and id") {
    Fixture f;
    f.add(0x1000, 0x2000, "name", 1);
    const std::uint32_t id = f.table->find(0x1000);
    wire::JitRecord record;
    REQUIRE(tests::recorded_bytes().size() >= sizeof record + 4);
    std::memcpy(&record, tests::recorded_bytes().data(), sizeof record);
    CHECK(record.header.kind == wire::RecordKind::jit);
    CHECK(record.id == id);
    CHECK(record.begin == 0x1000);
    CHECK(std::memcmp(tests::recorded_bytes().data() + sizeof record, "name", 4) == 0);
}

TEST_CASE("code in the place of older code has an id of its own, and walks forget the older one") {
    Fixture f;
    f.add(0x1000, 0x2000, "old", 1);
    const std::uint32_t old = f.table->find(0x1800);
    const std::uint32_t generation = f.ids->generation();
    f.add(0x1800, 0x2800, "new", 2);
    const std::uint32_t fresh = f.table->find(0x1800);
    CHECK(fresh != 0);
    CHECK(fresh != old);
    CHECK(f.ids->generation() != generation);
    CHECK(f.table->find(0x1000) == 0);
}

TEST_CASE("the same code told twice stays what it was") {
    Fixture f;
    f.add(0x1000, 0x2000, "f", 1);
    const std::uint32_t id = f.table->find(0x1000);
    f.add(0x1000, 0x2000, "f", 2);
    CHECK(f.table->find(0x1000) == id);
    CHECK(f.table->knows(2));
    CHECK_FALSE(f.table->knows(1));
}

TEST_CASE("a new recording gets the record again, with the same id") {
    Fixture f;
    f.add(0x1000, 0x2000, "f", 1);
    const std::uint32_t id = f.table->find(0x1000);
    tests::clear_recording();
    f.table->reset();
    CHECK(f.table->find(0x1000) == id);
    CHECK_FALSE(tests::recorded_bytes().empty());
}

TEST_CASE("the table's memory is bounded") {
    Fixture f;
    CHECK(f.table->next_record(JitTable::memory_bytes + 8) == nullptr);
    std::uint32_t added = 0;
    constexpr std::uint32_t bytes = 64u << 10;
    for (; f.table->next_record(bytes) != nullptr; ++added) {
        wire::JitRecord* record = f.table->next_record(bytes);
        record->begin = 0x10000 * (added + 1);
        record->end = record->begin + 16;
        f.table->add(bytes, added);
    }
    CHECK(added == JitTable::memory_bytes / bytes);
    CHECK(f.table->find(0x10000) != 0);
}
