#include "cli/job_folder.h"

#include <filesystem>
#include <fstream>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/catch.h"
#include "tests/support/temporary_folder.h"

using pyprof::cli::JobFolder;
using pyprof::test_support::TemporaryFolder;

namespace {

// Another process that joins, and is killed without leaving.
class OtherLauncher {
public:
    OtherLauncher(const std::string& root, int rank) {
        int joined[2];
        REQUIRE(pipe(joined) == 0);
        pid_ = fork();
        if (pid_ == 0) {
            const auto job = JobFolder::join(root, "key", rank);
            const char byte = job ? 'j' : 'f';
            if (write(joined[1], &byte, 1) == 1) pause();
            _exit(1);
        }
        char byte = 0;
        REQUIRE(read(joined[0], &byte, 1) == 1);
        close(joined[0]);
        close(joined[1]);
        REQUIRE(byte == 'j');
    }
    ~OtherLauncher() { end(); }
    void end() {
        if (pid_ <= 0) return;
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }

private:
    pid_t pid_ = -1;
};

}  // namespace

TEST_CASE("The folder of a job is private and goes when the last launcher leaves") {
    const TemporaryFolder root;
    auto job = JobFolder::join(root.path(), "key", 0);
    REQUIRE(job);
    struct stat status {};
    REQUIRE(stat(job->path().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
    CHECK(job->started_ns() > 0);
    job->lock();
    CHECK_FALSE(job->others_alive());
    CHECK(job->is_lowest());
    job->leave();
    job->remove_if_empty();
    job->unlock();
    CHECK_FALSE(std::filesystem::exists(job->path()));
    CHECK_FALSE(job->exists());
}

TEST_CASE("Launchers of a job see each other, and no longer when one is gone without leaving") {
    const TemporaryFolder root;
    auto job = JobFolder::join(root.path(), "key", 2);
    REQUIRE(job);
    OtherLauncher lower{root.path(), 1};
    OtherLauncher higher{root.path(), 3};
    job->lock();
    CHECK(job->others_alive());
    CHECK_FALSE(job->is_lowest());
    CHECK(job->lowest_ever() == 1);
    lower.end();
    CHECK(job->is_lowest());
    CHECK(job->others_alive());
    higher.end();
    CHECK_FALSE(job->others_alive());
    job->leave();
    job->remove_if_empty();
    job->unlock();
    CHECK_FALSE(job->exists());
}

TEST_CASE("All launchers of a job read the same start") {
    const TemporaryFolder root;
    const auto first = JobFolder::join(root.path(), "key", 0);
    const auto second = JobFolder::join(root.path(), "key", 1);
    REQUIRE(first);
    REQUIRE(second);
    CHECK(first->started_ns() == second->started_ns());
}

TEST_CASE("Recordings keep the folder") {
    const TemporaryFolder root;
    auto job = JobFolder::join(root.path(), "key", 0);
    REQUIRE(job);
    std::ofstream{job->path() + "/host-1-2.rec"} << "x";
    job->lock();
    job->set_note("output", "/a/b");
    CHECK(job->note("output") == "/a/b");
    job->leave();
    job->remove_if_empty();
    CHECK(job->exists());
}

TEST_CASE("A folder that is a link, or that others may enter, is refused") {
    const TemporaryFolder root;
    const auto name = root / ("pyprof-" + std::to_string(geteuid()) + "-key");
    SECTION("a link") {
        std::filesystem::create_directory(root / "elsewhere");
        std::filesystem::create_symlink(root / "elsewhere", name);
    }
    SECTION("open to others") {
        std::filesystem::create_directory(name);
        chmod(name.c_str(), 0755);
    }
    SECTION("a file") { std::ofstream{name} << "x"; }
    CHECK_FALSE(JobFolder::join(root.path(), "key", 0));
}

TEST_CASE("A spool that is not there is named") {
    const auto job = JobFolder::join("/nonexistent", "key", 0);
    REQUIRE_FALSE(job);
    CHECK(job.error().message().find("/nonexistent") != std::string::npos);
}
