#include "profile/load.h"

#include <random>
#include <span>
#include <sstream>
#include <string>

#include "profile/pyprof.pb.h"
#include "profile/save.h"
#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::profile {
namespace {

std::string saved_bytes(const Profile& profile) {
    std::ostringstream out;
    save(profile, out);
    return out.str();
}

Result<Loaded> load_text(const std::string& text) { return load(std::as_bytes(std::span{text})); }

// Where the first record ends.
std::size_t end_of_header(const std::string& bytes) {
    REQUIRE((bytes[8] & 0x80) != 0);  // its length is a varint of two bytes
    REQUIRE((bytes[9] & 0x80) == 0);
    return 10 + (static_cast<std::size_t>(bytes[8]) & 0x7f) + static_cast<std::size_t>(bytes[9]) * 128;
}

// The promises of profile.h, checked in the slow and obvious way.
void check_promises(const Profile& profile) {
    REQUIRE(!profile.metric.name.empty());
    REQUIRE(!profile.contexts.empty());
    std::uint64_t bad = profile.contexts[0].location != none;
    for (std::size_t i = 1; i < profile.contexts.size(); i++) {
        bad += profile.contexts[i].parent >= i || profile.contexts[i].location >= profile.locations.size();
    }
    for (const Location& location : profile.locations) bad += location.function >= profile.functions.size();
    for (const Function& function : profile.functions) {
        bad += function.module != none && function.module >= profile.modules.size();
        bad += function.domain > Domain::os;
    }
    for (const Thread& thread : profile.threads) {
        bad += thread.process >= profile.processes.size() || thread.spawned_by >= profile.contexts.size();
    }
    for (std::size_t i = 0; i < profile.values.size(); i++) {
        const Value& value = profile.values[i];
        bad += value.context >= profile.contexts.size() || value.thread >= profile.threads.size();
        bad += value.samples == 0 && value.weight == 0;
        if (i == 0) continue;
        const Value& last = profile.values[i - 1];
        bad += std::pair{last.context, last.thread} >= std::pair{value.context, value.thread};
    }
    CHECK(bad == 0);
}

TEST_CASE("A profile that is saved and loaded is the same") {
    const Profile original =
        GENERATE(test_support::sample_profile(), test_support::small_profile(), test_support::measured_profile());
    const Result<Loaded> loaded = load_text(saved_bytes(original));
    REQUIRE(loaded);
    CHECK(loaded->damage.empty());
    CHECK(loaded->profile == original);
}

TEST_CASE("A profile without anything but its header is whole") {
    Profile original;
    original.metric = {"cpu", "nanoseconds"};
    original.contexts.push_back({0, none});
    original.run.notes.push_back("nothing could be read");
    const Result<Loaded> loaded = load_text(saved_bytes(original));
    REQUIRE(loaded);
    CHECK(loaded->damage.empty());
    CHECK(loaded->profile == original);
}

TEST_CASE("A file cut anywhere opens with what lies before the cut, and says so") {
    const std::string whole = saved_bytes(test_support::small_profile());
    const std::size_t after_header = end_of_header(whole);
    for (std::size_t length = 0; length < whole.size(); length++) {
        CAPTURE(length);
        const Result<Loaded> loaded = load_text(whole.substr(0, length));
        CHECK(loaded.has_value() == (length >= after_header));
        if (!loaded) continue;
        CHECK(loaded->damage.find("cut short") != std::string::npos);
        CHECK(loaded->profile.run.notes.back() == loaded->damage);
        check_promises(loaded->profile);
    }
}

TEST_CASE("A flipped bit is noticed, whatever it hits") {
    const std::string whole = saved_bytes(test_support::measured_profile());
    for (std::size_t bit = 0; bit < whole.size() * 8; bit++) {
        CAPTURE(bit);
        std::string flipped = whole;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
        const Result<Loaded> loaded = load_text(flipped);
        if (!loaded) continue;
        CHECK(!loaded->damage.empty());
        check_promises(loaded->profile);
    }
}

TEST_CASE("A large file with random damage keeps the promises of a profile") {
    const std::string whole = saved_bytes(test_support::sample_profile());
    std::mt19937 random{7};
    for (int round = 0; round < 300; round++) {
        std::string damaged = whole;
        for (int i = 0; i < 4; i++) damaged[random() % damaged.size()] = static_cast<char>(random());
        const Result<Loaded> loaded = load_text(damaged);
        if (loaded) check_promises(loaded->profile);
    }
}

TEST_CASE("Other files, empty files and bare headers are refused with a reason") {
    CHECK(load_text("").error().message().find("not a pyprof profile") == 0);
    CHECK(load_text("\x1f\x8b something").error().message().find("not a pyprof profile") == 0);
    CHECK(load_text("PYPROFP1").error().message().find("damaged from its beginning") == 0);
}

TEST_CASE("A file of a newer version asks for an update") {
    saved::Record header;
    header.mutable_header()->set_version(saved_version + 1);
    const std::string body = header.SerializeAsString();
    const Result<Loaded> loaded = load_text("PYPROFP1" + std::string(1, static_cast<char>(body.size())) + body);
    REQUIRE(!loaded);
    CHECK(loaded.error().message() == "written by a newer pyprof (version 2); update pyprof");
}

TEST_CASE("A kind of record that this version does not know is passed over") {
    const std::string whole = saved_bytes(test_support::small_profile());
    const std::size_t after_header = end_of_header(whole);
    const std::string unknown{"\x03\xfa\x01\x00", 4};  // field 31, an empty message
    const Result<Loaded> loaded = load_text(whole.substr(0, after_header) + unknown + whole.substr(after_header));
    REQUIRE(loaded);
    CHECK(loaded->damage.find("checksum") != std::string::npos);
    CHECK(loaded->profile.values == test_support::small_profile().values);
}

}  // namespace
}  // namespace pyprof::profile
