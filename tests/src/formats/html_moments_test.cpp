#include "formats/html_moments.h"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"

namespace pyprof::formats {
namespace {

using nlohmann::json;

// Two processes of one thread each, the second a second later; main calls work.
profile::Profile two_processes() {
    test_support::ProfileBuilder make;
    const std::uint32_t function = make.python("f", "app.py", 1);
    const std::uint32_t main = make.path(0, {make.location(function, 2)});
    const std::uint32_t work = make.path(main, {make.location(function, 3)});
    for (std::uint32_t i = 0; i < 2; ++i) {
        const std::uint32_t process = make.process(-1, 10 + static_cast<std::int32_t>(i), "here");
        const std::uint32_t thread = make.thread(process, 10, "", true);
        make.process_at(process).started_realtime_ns = 1'700'000'000'000'000'000 + i * (std::uint64_t{1} << 30);
        make.process_at(process).slice_width_ns = 1 << 20;
        make.process_at(process).slices = {1, 0, 0, 0};
        make.process_at(process).moment_stride_ns = (1 + i) * 5'000;
        make.add(main, thread, 1);
        make.add(work, thread, 5);
    }
    profile::Profile profile = make.build();
    profile.moments = {{0, work, 0}, {3, main, 0}, {1, work, 1}};
    return profile;
}

struct Written {
    json header;
    Columns columns;

    explicit Written(const profile::Profile& profile, std::size_t most_contexts = 100) {
        header["run"] = json::object();
        for (std::size_t i = 0; i < profile.processes.size(); ++i) header["processes"].push_back(json::object());
        add_moments(columns, header, profile, page_tree(profile, most_contexts));
    }
    std::vector<std::uint32_t> column(const std::string& name) const {
        std::size_t at = 0;
        for (const json& entry : columns.index()) {
            const std::size_t length = entry["length"];
            std::vector<std::uint32_t> numbers(length);
            for (std::size_t i = 0; i < 4 * length; ++i)
                numbers[i % length] |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(columns.bytes()[at + i]))
                                       << 8 * (i / length);
            at += 4 * length;
            if (entry["name"] == name) return numbers;
        }
        return {};
    }
};

TEST_CASE("moments of all processes stand on the axis of the page") {
    const Written written{two_processes()};
    CHECK(written.header["run"]["moment_unit_ns"] == 1 << 19);
    CHECK(written.header["processes"][0] == json{{"moments", 2}, {"moment_stride_ns", 5'000}});
    CHECK(written.header["processes"][1] == json{{"moments", 1}, {"moment_stride_ns", 10'000}});
    CHECK(written.column("moment.time") == std::vector<std::uint32_t>{0, 3, (1 << 11) + 1});
    CHECK(written.column("moment.node") == std::vector<std::uint32_t>{2, 1, 2});
    CHECK(written.column("moment.thread") == std::vector<std::uint32_t>{0, 0, 1});
}

TEST_CASE("a context that the page has no room for gives its moments to its caller") {
    profile::Profile profile = two_processes();
    const Written written{profile, 2};
    CHECK(written.column("moment.node") == std::vector<std::uint32_t>{1, 1, 1});
}

TEST_CASE("the unit grows until the last moment fits") {
    profile::Profile profile = two_processes();
    profile.processes[1].started_realtime_ns += std::uint64_t{1} << 52;  // 52 days
    const Written written{profile};
    CHECK(written.header["run"]["moment_unit_ns"] == 1 << 21);
    CHECK(written.column("moment.time")[1] == 0);
    CHECK(written.column("moment.time")[2] == (std::uint32_t{1} << 31) + (1 << 9));
}

TEST_CASE("a profile without moments has none of anything") {
    profile::Profile profile = two_processes();
    profile.moments.clear();
    for (profile::Process& process : profile.processes) process.moment_stride_ns = 0;
    const Written written{profile};
    CHECK(written.header["run"]["moment_unit_ns"] == 0);
    CHECK(written.header["processes"][0] == json{{"moments", 0}, {"moment_stride_ns", 0}});
    CHECK(written.column("moment.time").empty());
}

}  // namespace
}  // namespace pyprof::formats
