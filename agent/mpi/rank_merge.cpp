#include "agent/mpi/rank_merge.h"

#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>

#include "agent/mpi/message.h"
#include "gather/reduce.h"

namespace pyprof::mpi {
namespace {

enum Tag { size_tag = 1, content_tag = 2, acknowledgement_tag = 3 };
constexpr char safe = 1;
constexpr char not_safe = 0;

// Buffers of operations that were given up: the library may read or write them until the process ends.
void keep_for_ever(std::unique_ptr<char[]> buffer) {
    static auto* const kept = new std::vector<std::unique_ptr<char[]>>;
    static std::mutex mutex;
    const std::lock_guard lock{mutex};
    kept->push_back(std::move(buffer));
}

class RankMerge {
public:
    RankMerge(Library& library, Clock::time_point deadline) : library_{library}, deadline_{deadline} {}

    // Adds what the ranks below send to `sum`; remembers who sent something that could be read.
    void collect(Contribution& sum) {
        gather::Reducer reducer;
        reducer.absorb(std::move(sum.tree));
        for (int step = 1; step < library_.size() && (library_.rank() & step) == 0; step *= 2) {
            const int child = library_.rank() + step;
            if (child >= library_.size()) break;
            auto received = receive_from(child);
            if (!received) continue;
            children_.push_back(child);
            reducer.absorb(std::move(received->tree));
            std::move(received->recordings.begin(), received->recordings.end(), std::back_inserter(sum.recordings));
        }
        sum.tree = reducer.finish();
    }

    // Sends the sum to the rank above and waits for its word that everything is safe.
    bool hand_up(const Contribution& sum) {
        const int parent = library_.rank() & (library_.rank() - 1);
        const auto bytes = write_message(sum);
        const std::uint64_t size = bytes.size() <= largest_message ? bytes.size() : 0;
        if (!send(&size, sizeof size, parent, size_tag) || size == 0) return false;
        if (!send(bytes.data(), static_cast<int>(size), parent, content_tag)) return false;
        const auto answer = receive(1, parent, acknowledgement_tag);
        return answer && (*answer)[0] == safe;
    }

    void acknowledge(bool is_safe) {
        for (const int child : children_) send(is_safe ? &safe : &not_safe, 1, child, acknowledgement_tag);
    }

private:
    // The copy outlives a send that is given up: the library may still read it.
    bool send(const void* data, int bytes, int to, Tag tag) {
        auto copy = std::make_unique<char[]>(static_cast<std::size_t>(bytes));
        std::memcpy(copy.get(), data, static_cast<std::size_t>(bytes));
        const bool sent = wait_until(library_, library_.send(copy.get(), bytes, to, tag), deadline_);
        if (!sent) keep_for_ever(std::move(copy));
        return sent;
    }

    // As with `send`, the buffer of a receive that is given up stays.
    std::unique_ptr<char[]> receive_bytes(int bytes, int from, Tag tag) {
        auto buffer = std::make_unique<char[]>(static_cast<std::size_t>(bytes));
        if (wait_until(library_, library_.receive(buffer.get(), bytes, from, tag), deadline_)) return buffer;
        keep_for_ever(std::move(buffer));
        return nullptr;
    }

    std::optional<std::string> receive(std::uint64_t bytes, int from, Tag tag) {
        const auto buffer = receive_bytes(static_cast<int>(bytes), from, tag);
        if (!buffer) return std::nullopt;
        return std::string{buffer.get(), static_cast<std::size_t>(bytes)};
    }

    std::optional<Contribution> receive_from(int child) {
        std::uint64_t size = 0;
        const auto announced = receive(sizeof size, child, size_tag);
        if (!announced) return std::nullopt;
        std::memcpy(&size, announced->data(), sizeof size);
        if (size == 0 || size > largest_message) return std::nullopt;
        const auto bytes = receive(size, child, content_tag);
        if (!bytes) return std::nullopt;
        auto read = read_message(*bytes);
        if (read) return std::move(*read);
        send(&not_safe, 1, child, acknowledgement_tag);
        return std::nullopt;
    }

    Library& library_;
    Clock::time_point deadline_;
    std::vector<int> children_;
};

}  // namespace

bool merge_ranks(Library& library, Contribution own, const MergeTimes& times,
                 const std::function<bool(const Contribution&)>& write) {
    if (!wait_until(library, library.duplicate_world(), Clock::now() + times.arrival)) return false;
    // The library completes the duplication even for ranks that gave up waiting, so a late rank learns only here
    // that they are gone.
    if (!wait_until(library, library.barrier(), Clock::now() + times.handshake)) return false;
    RankMerge merge{library, Clock::now() + times.exchange};
    merge.collect(own);
    const bool is_safe = library.rank() == 0 ? write(own) : merge.hand_up(own);
    merge.acknowledge(is_safe);
    return is_safe;
}

}  // namespace pyprof::mpi
