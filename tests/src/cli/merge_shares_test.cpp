#include "cli/merge_shares.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "gather/bytes.h"
#include "gather/files.h"
#include "tests/support/catch.h"
#include "tests/support/recording_builder.h"
#include "tests/support/temporary_folder.h"

namespace pyprof::cli {
namespace {

using namespace std::chrono_literals;

struct Job {
    test_support::TemporaryFolder folder;
    std::vector<std::string> files;
    std::string shares = folder / "out.shares";

    Job() {
        for (int pid = 1; pid <= 7; ++pid) {
            files.push_back(folder / (std::to_string(pid) + ".rec"));
            test_support::write_recording(files.back(), pid, static_cast<std::uint32_t>(pid));
        }
        files.push_back(folder / "missing.rec");
    }
    SharedMerge rank(int number, std::chrono::seconds patience) const { return {{number, 3, 3}, shares, patience}; }

    // What one process makes of all files; the others must make the same.
    void check(const gather::Tree& tree, const FileFaults& faults) const {
        FileFaults expected{files.size()};
        CHECK(gather::serialise(tree) == gather::serialise(sum_of_trees(files, expected)));
        CHECK(faults.errors == expected.errors);
        CHECK(faults.damages == expected.damages);
        CHECK_FALSE(faults.errors.back().empty());
        CHECK_FALSE(std::filesystem::exists(shares));
    }
};

TEST_CASE("Ranks that share the work make what one would have made") {
    const Job job;
    std::vector<std::thread> others;
    std::atomic<int> given{0};
    for (const int number : {1, 2})
        others.emplace_back([&job, &given, number] { given += job.rank(number, 30s).give(job.files); });
    FileFaults faults{job.files.size()};
    const gather::Tree tree = job.rank(0, 30s).take(job.files, faults);
    for (std::thread& other : others) other.join();
    CHECK(given == 2);
    job.check(tree, faults);
}

TEST_CASE("The first rank does the share of one that never comes") {
    const Job job;
    FileFaults faults{job.files.size()};
    job.check(job.rank(0, 1s).take(job.files, faults), faults);
}

TEST_CASE("The first rank does the share of one that left something else") {
    const Job job;
    std::thread other{[&job] {
        while (!std::filesystem::is_directory(job.shares)) std::this_thread::sleep_for(1ms);
        for (const char* name : {"/1.json", "/2.json"}) std::ofstream{job.shares + name} << "[[9, \"far\", \"\"]]";
        for (const char* name : {"/1.gath", "/2.gath"}) std::filesystem::copy(job.files[0], job.shares + name);
    }};
    FileFaults faults{job.files.size()};
    const gather::Tree tree = job.rank(0, 30s).take(job.files, faults);
    other.join();
    job.check(tree, faults);
}

TEST_CASE("A rank whose first rank is not there gives up") {
    const Job job;
    CHECK_FALSE(job.rank(1, 1s).give(job.files));
    CHECK_FALSE(std::filesystem::exists(job.shares));
}

TEST_CASE("A folder that cannot be made is no reason to fail") {
    Job job;
    job.shares = job.folder / "missing/out.shares";
    FileFaults faults{job.files.size()};
    job.check(job.rank(0, 30s).take(job.files, faults), faults);
}

}  // namespace
}  // namespace pyprof::cli
