#include "agent/discover/type_members.h"

#include <cstring>
#include <string>
#include <vector>

#include "agent/cpython/versions.h"
#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::discover;

namespace {

struct Member {
    const char* name;
    int type;
    std::int64_t offset;
    int flags;
    const char* text;
};

// A type as far as it is looked at: the size of its objects and its members.
class FakeType {
public:
    FakeType(const cpython::PythonLayout& layout, std::uint64_t bytes, std::vector<Member> members)
        : memory_(512), members_{std::move(members)} {
        members_.push_back({});
        put(layout.type.basic_size, bytes);
        put(layout.type.members, reinterpret_cast<std::uint64_t>(members_.data()));
    }
    std::uint64_t address() const { return reinterpret_cast<std::uint64_t>(memory_.data()); }
    void put(cpython::Offset at, std::uint64_t value) { std::memcpy(memory_.data() + at, &value, sizeof value); }
    std::vector<Member>& members() { return members_; }

private:
    std::vector<unsigned char> memory_;
    std::vector<Member> members_;
};

struct Fixture {
    const cpython::PythonLayout& layout;
    FakeType code{layout,
                  layout.code.basic_size,
                  {{"co_name", 6, layout.code.name, 1, nullptr},
                   {"co_flags", 1, layout.code.flags, 1, nullptr},
                   {"co_filename", 6, layout.code.file_name, 1, nullptr}}};
    FakeType frame{layout, 400, {{"f_back", 6, layout.frame.previous, 1, nullptr}}};
    FakeType text{layout, layout.text.compact_data + 8u, {}};
    FakeType bytes{layout, layout.bytes.data + 1u, {}};

    const char* misplaced() const {
        return find_misplaced(layout, {code.address(), frame.address(), text.address(), bytes.address()});
    }
};

}  // namespace

TEST_CASE("types that say what the layout says have nothing misplaced") {
    for (const cpython::SupportedVersion& each : cpython::supported_versions()) {
        const Fixture f{*each.layout};
        CHECK(f.misplaced() == nullptr);
        CHECK(find_member(f.layout, f.code.address(), "co_flags") == f.layout.code.flags);
        CHECK(find_member(f.layout, f.code.address(), "co_nothing") == cpython::absent);
    }
    CHECK(find_misplaced(cpython::python_3_12, {}) == nullptr);  // nothing exported, nothing said
}

TEST_CASE("what lies elsewhere is named") {
    Fixture f{*GENERATE(&cpython::python_3_8, &cpython::python_3_10, &cpython::python_3_12, &cpython::python_3_15t)};
    const char* expected = nullptr;
    SECTION("a member of code objects") {
        f.code.members()[2].offset += 8;
        expected = "co_filename";
    }
    SECTION("a member of frames") {
        f.frame.members()[0].offset += 8;
        expected = "f_back";
    }
    SECTION("larger code objects") {
        f.code.put(f.layout.type.basic_size, f.layout.code.basic_size + 16u);
        expected = "code objects";
    }
    SECTION("larger texts") {
        f.text.put(f.layout.type.basic_size, 1);
        expected = "text objects";
    }
    SECTION("larger bytes") {
        f.bytes.put(f.layout.type.basic_size, 1);
        expected = "bytes objects";
    }
    REQUIRE(f.misplaced() != nullptr);
    CHECK(std::string{f.misplaced()} == expected);
}

TEST_CASE("a type without a table of members has none") {
    Fixture f{cpython::python_3_12};
    f.code.put(f.layout.type.members, 0);
    CHECK(find_member(f.layout, f.code.address(), "co_name") == cpython::absent);
    CHECK(f.misplaced() == nullptr);
}
