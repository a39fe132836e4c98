#include "merge/run_facts.h"

#include <cmath>

#include "tests/support/catch.h"

namespace pyprof::merge {
namespace {

gather::Process process(std::int32_t rank, const std::string& host) {
    gather::Process process;
    process.rank = rank;
    process.host = host;
    process.period_ns = 5'000'000;
    process.wall_ns = 10;
    process.cpu_ns = 5;
    process.python_version = 0x030b02f0;
    return process;
}

TEST_CASE("versions of CPython read as people write them") {
    CHECK(python_version_text(0x030b02f0) == "3.11.2");
    CHECK(python_version_text(0x030e00b1) == "3.14.0b1");
    CHECK(python_version_text(0x030d00c2) == "3.13.0rc2");
    CHECK(python_version_text(0x030f00a3) == "3.15.0a3");
    CHECK(python_version_text(0).empty());
}

TEST_CASE("a run is told by its lowest rank, with every host and Python once") {
    gather::Tree tree;
    tree.processes = {process(-1, "b"), process(1, "b"), process(0, "a"), process(2, "b")};
    tree.processes[0].started_realtime_ns = 100;
    tree.processes[0].command = {"helper"};
    tree.processes[1].started_realtime_ns = 80;
    tree.processes[2].started_realtime_ns = 90;
    tree.processes[2].command = {"python", "app.py"};
    tree.processes[2].script = "app.py";
    tree.processes[2].wall_ns = 30;
    tree.processes[3].started_realtime_ns = 95;
    tree.notes = {"rank 3 is missing"};
    const profile::Run run = run_of(tree);
    CHECK(run.command == std::vector<std::string>{"python", "app.py"});
    CHECK(run.script == "app.py");
    CHECK(run.ranks == 3);
    CHECK(run.hosts == std::vector<std::string>{"a", "b"});
    CHECK(run.pythons == std::vector<std::string>{"3.11.2"});
    CHECK(run.wall_ns == 30);
    CHECK(run.cpu_ns == 20);
    CHECK(run.started_realtime_ns == 80);
    CHECK(run.mode == "cpu");
    CHECK(std::abs(run.rate_hz - 200) < 1e-9);
    CHECK(run.notes == std::vector<std::string>{"rank 3 is missing"});
    CHECK_FALSE(run.version.empty());
}

TEST_CASE("engines are named once each, and why it was not another one") {
    gather::Tree tree;
    tree.processes = {process(0, "a"), process(1, "a"), process(2, "a")};
    CHECK(run_of(tree).engine == "cpu");
    CHECK(run_of(tree).notes.empty());
    tree.processes[0].engine = wire::Engine::perf;
    for (const int rank : {1, 2}) tree.processes[rank].engine_reason = "no perf: it rains";
    CHECK(run_of(tree).engine == "perf, cpu");
    CHECK(run_of(tree).notes == std::vector<std::string>{"Engine cpu: no perf: it rains."});
}

TEST_CASE("missing ranks count as ranks of the run") {
    gather::Tree tree;
    tree.processes = {process(0, "a")};
    CHECK(run_of(tree).ranks == 1);
    tree.processes[0].rank_count = 4;
    CHECK(run_of(tree).ranks == 4);
    tree.processes[0].rank = -1;
    CHECK(run_of(tree).ranks == 0);
    CHECK(run_of(gather::Tree{}).ranks == 0);
}

TEST_CASE("different rates in one run are said") {
    gather::Tree tree;
    tree.processes = {process(0, "a"), process(1, "a")};
    CHECK(run_of(tree).notes.empty());
    tree.processes[1].period_ns = 1'000'000;
    CHECK(run_of(tree).notes.size() == 1);
}

TEST_CASE("a process keeps its facts and says how it ended") {
    gather::Process gathered = process(2, "node7");
    gathered.pid = 42;
    gathered.parent_pid = 41;
    gathered.max_rss_bytes = 7;
    gathered.slices = {1'000'000, {1, 2, 3, 4}};
    CHECK(process_of(gathered).state == "killed");
    gathered.state = wire::ProcessState::exited;
    const profile::Process named = process_of(gathered);
    CHECK(named.state == "exited");
    CHECK(named.rank == 2);
    CHECK(named.pid == 42);
    CHECK(named.parent_pid == 41);
    CHECK(named.host == "node7");
    CHECK(named.python == "3.11.2");
    CHECK(named.max_rss_bytes == 7);
    CHECK(named.slice_width_ns == 1'000'000);
    CHECK(named.slices == std::vector<std::uint32_t>{1, 2, 3, 4});
}

TEST_CASE("a killed process whose pid goes on was replaced") {
    const auto at = [](const char* host, std::int32_t pid, std::uint64_t start, const char* state) {
        profile::Process process;
        process.host = host;
        process.pid = pid;
        process.started_realtime_ns = start;
        process.state = state;
        return process;
    };
    std::vector<profile::Process> processes{
        at("a", 7, 100, "killed"), at("a", 7, 200, "killed"), at("b", 7, 300, "killed"), at("a", 8, 50, "killed"),
        at("a", 8, 60, "exited"),  at("a", 9, 10, "exited"),  at("a", 9, 20, "killed")};
    find_replaced(processes);
    std::vector<std::string> states;
    for (const profile::Process& process : processes) states.push_back(process.state);
    CHECK(states == std::vector<std::string>{"exec", "killed", "killed", "exec", "exited", "exited", "killed"});
}

TEST_CASE("a thread keeps its facts") {
    gather::Thread gathered;
    gathered.process = 3;
    gathered.tid = 99;
    gathered.name = "worker";
    gathered.is_python = true;
    gathered.cpu_ns = 12;
    const profile::Thread named = thread_of(gathered);
    CHECK(named.process == 3);
    CHECK(named.tid == 99);
    CHECK(named.name == "worker");
    CHECK(named.is_python);
    CHECK(named.cpu_ns == 12);
}

}  // namespace
}  // namespace pyprof::merge
