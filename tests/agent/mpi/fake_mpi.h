#pragma once
// MPI as threads of this process that put messages into each other's boxes: what the library's rules allow, at its
// slowest. A rank that is not played by a thread never comes.
#include <condition_variable>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "agent/mpi/library.h"

namespace pyprof::test_support {

class FakeWorld {
public:
    explicit FakeWorld(int size) : size_{size} {}

    int size() const { return size_; }
    void arrive(const std::string& where, int rank) {
        const std::lock_guard lock{mutex_};
        arrived_[where].insert(rank);
    }
    bool all_arrived(const std::string& where) {
        const std::lock_guard lock{mutex_};
        return static_cast<int>(arrived_[where].size()) == size_;
    }
    void put(int from, int to, int tag, std::string bytes) {
        const std::lock_guard lock{mutex_};
        boxes_[{from, to, tag}].push_back(std::move(bytes));
    }
    bool take(int from, int to, int tag, std::string& bytes) {
        const std::lock_guard lock{mutex_};
        auto& box = boxes_[{from, to, tag}];
        if (box.empty()) return false;
        bytes = std::move(box.front());
        box.erase(box.begin());
        return true;
    }

private:
    int size_;
    std::mutex mutex_;
    std::map<std::string, std::set<int>> arrived_;
    std::map<std::tuple<int, int, int>, std::vector<std::string>> boxes_;
};

class FakeLibrary final : public mpi::Library {
public:
    FakeLibrary(FakeWorld& world, int rank) : world_{world}, rank_{rank} {}

    int rank() const override { return rank_; }
    int size() const override { return world_.size(); }
    bool is_spawned() const override { return false; }
    std::optional<mpi::Request> duplicate_world() override { return collective("duplicate"); }
    std::optional<mpi::Request> barrier() override { return collective("barrier"); }
    std::optional<mpi::Request> send(const void* data, int bytes, int to, int tag) override {
        if (silent_) return pending({});
        world_.put(rank_, to, tag, std::string{static_cast<const char*>(data), static_cast<std::size_t>(bytes)});
        return pending({.done = true});
    }
    std::optional<mpi::Request> receive(void* data, int bytes, int from, int tag) override {
        return pending({.into = data, .bytes = bytes, .from = from, .tag = tag});
    }
    mpi::Progress test(mpi::Request& request) override {
        auto& operation = *static_cast<Operation*>(request.handle);
        if (!operation.where.empty()) operation.done = world_.all_arrived(operation.where);
        if (operation.into != nullptr && !operation.done) operation.done = try_receive(operation);
        return operation.done ? mpi::Progress::done : mpi::Progress::pending;
    }

    // From now on nothing is sent: as if the process were stopped.
    void fall_silent() { silent_ = true; }

private:
    struct Operation {
        bool done = false;
        std::string where = {};
        void* into = nullptr;
        int bytes = 0, from = 0, tag = 0;
    };

    std::optional<mpi::Request> collective(const std::string& where) {
        world_.arrive(where, rank_);
        return pending({.where = where});
    }
    std::optional<mpi::Request> pending(Operation operation) {
        operations_.push_back(std::make_unique<Operation>(std::move(operation)));
        return mpi::Request{operations_.back().get()};
    }
    bool try_receive(const Operation& operation) {
        std::string bytes;
        if (!world_.take(operation.from, rank_, operation.tag, bytes)) return false;
        std::memcpy(operation.into, bytes.data(), std::min(bytes.size(), static_cast<std::size_t>(operation.bytes)));
        return true;
    }

    FakeWorld& world_;
    int rank_;
    bool silent_ = false;
    std::vector<std::unique_ptr<Operation>> operations_;
};

}  // namespace pyprof::test_support
