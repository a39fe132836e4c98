#include "formats/pprof.h"

#include <map>
#include <set>
#include <zlib.h>

#include "formats/pprof.pb.h"
#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/sample_profile.h"

namespace pyprof::formats {
namespace {

pprof::Profile exported(const profile::Profile& profile) {
    const Result<std::string> bytes = formats::pprof(profile);
    REQUIRE(bytes);
    z_stream stream{};
    REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);  // a gzip wrapper
    std::string message(64 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes->data()));
    stream.avail_in = static_cast<uInt>(bytes->size());
    stream.next_out = reinterpret_cast<Bytef*>(message.data());
    stream.avail_out = static_cast<uInt>(message.size());
    REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
    message.resize(stream.total_out);
    inflateEnd(&stream);
    pprof::Profile parsed;
    REQUIRE(parsed.ParseFromString(message));
    return parsed;
}

TEST_CASE("Totals of both value types are those of the profile") {
    const profile::Profile profile = test_support::sample_profile();
    const pprof::Profile out = exported(profile);
    REQUIRE(out.sample_type_size() == 2);
    std::int64_t samples = 0, weight = 0;
    for (const pprof::Sample& sample : out.sample()) {
        REQUIRE(sample.value_size() == 2);
        samples += sample.value(0);
        weight += sample.value(1);
    }
    const profile::Amount all = profile::sum_all(profile);
    CHECK(samples == static_cast<std::int64_t>(all.samples));
    CHECK(weight == static_cast<std::int64_t>(all.weight));
    CHECK(out.string_table(static_cast<int>(out.default_sample_type())) == "cpu");
}

TEST_CASE("Every reference points at something, and ids are not 0") {
    const pprof::Profile out = exported(test_support::sample_profile());
    CHECK(out.string_table(0).empty());
    std::set<std::uint64_t> functions, locations, mappings{0};
    for (const pprof::Function& function : out.function()) functions.insert(function.id());
    for (const pprof::Mapping& mapping : out.mapping()) mappings.insert(mapping.id());
    for (const pprof::Location& location : out.location()) {
        locations.insert(location.id());
        CHECK(mappings.contains(location.mapping_id()));
        CHECK(location.line_size() >= 1);
        for (const pprof::Line& line : location.line()) CHECK(functions.contains(line.function_id()));
    }
    CHECK(!functions.contains(0));
    CHECK(!locations.contains(0));
    for (const pprof::Sample& sample : out.sample()) {
        for (const std::uint64_t id : sample.location_id()) REQUIRE(locations.contains(id));
    }
}

TEST_CASE("Ranks are texts, also rank 0, and no label appears twice") {
    const pprof::Profile out = exported(test_support::sample_profile());
    std::map<std::string, int> ranks;
    for (const pprof::Sample& sample : out.sample()) {
        std::set<std::int64_t> keys;
        for (const pprof::Label& label : sample.label()) {
            CHECK(keys.insert(label.key()).second);
            CHECK(label.str() != 0);
            if (out.string_table(static_cast<int>(label.key())) == "rank") {
                ranks[out.string_table(static_cast<int>(label.str()))]++;
            }
        }
    }
    CHECK(ranks.size() == 2);
    CHECK(ranks["0"] > 0);
}

TEST_CASE("An inlined function is a line of its caller's location, innermost first") {
    const pprof::Profile out = exported(test_support::sample_profile());
    int inlined = 0;
    for (const pprof::Location& location : out.location()) {
        if (location.line_size() < 2) continue;
        inlined++;
        const auto name = [&](int line) {
            const auto& function = out.function(static_cast<int>(location.line(line).function_id()) - 1);
            return out.string_table(static_cast<int>(function.name()));
        };
        CHECK(name(0) == "stencil");
        CHECK(name(1) == "heat_step(double*, int)");
        CHECK(location.line(1).line() == 14);
    }
    CHECK(inlined == 1);
}

TEST_CASE("Python functions have no system name, native ones their linkage name") {
    const pprof::Profile out = exported(test_support::sample_profile());
    for (const pprof::Function& function : out.function()) {
        const std::string& name = out.string_table(static_cast<int>(function.name()));
        if (name == "<module>") CHECK(function.system_name() == 0);
        if (name == "heat_step(double*, int)") {
            CHECK(out.string_table(static_cast<int>(function.system_name())) == "_Z9heat_stepPdi");
        }
    }
}

}  // namespace
}  // namespace pyprof::formats
