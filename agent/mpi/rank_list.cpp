#include "agent/mpi/rank_list.h"

#include <cerrno>
#include <fcntl.h>
#include <map>
#include <sstream>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>
#include <utility>

namespace pyprof::mpi {
namespace {

using Line = std::pair<std::string, int>;  // "rank 3" of a rank that signed, "all 0" or "not-all 0" of a turn
constexpr int lock_attempts = 200;
constexpr timespec between_attempts{0, 5'000'000};

// The file FOLDER/ranks, locked.
class List {
public:
    explicit List(const std::string& folder)
        : file_{open((folder + "/ranks").c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)} {
        if (file_ >= 0 && !lock()) close(file_), file_ = -1;
    }
    ~List() {
        if (file_ >= 0) close(file_);
    }
    List(const List&) = delete;
    List& operator=(const List&) = delete;

    bool is_open() const { return file_ >= 0; }

    // How many lines say each.
    std::map<Line, int> lines() const {
        std::istringstream input{text()};
        std::map<Line, int> counts;
        for (Line line; input >> line.first >> line.second;) ++counts[line];
        return counts;
    }

    bool add(const Line& line) const {
        const std::string text = line.first + " " + std::to_string(line.second) + "\n";
        return write(file_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    }

private:
    // Whoever holds it does so for microseconds, unless the process was stopped.
    bool lock() const {
        for (int attempt = 0; attempt < lock_attempts; ++attempt) {
            if (flock(file_, LOCK_EX | LOCK_NB) == 0) return true;
            if (errno != EWOULDBLOCK && errno != EINTR) return false;
            nanosleep(&between_attempts, nullptr);
        }
        return false;
    }

    std::string text() const {
        std::string bytes;
        char part[4096];
        for (ssize_t got; (got = pread(file_, part, sizeof part, static_cast<off_t>(bytes.size()))) > 0;)
            bytes.append(part, static_cast<std::size_t>(got));
        return bytes;
    }

    int file_;
};

bool is_complete(std::map<Line, int>& lines, Turn turn, int ranks) {
    for (int rank = 0; rank < ranks; ++rank)
        if (lines[{"rank", rank}] <= turn) return false;
    return true;
}

}  // namespace

std::optional<Turn> sign_rank_list(const std::string& folder, int rank) {
    const List list{folder};
    if (!list.is_open()) return std::nullopt;
    const Line signature{"rank", rank};
    const Turn turn = list.lines()[signature];
    return list.add(signature) ? std::optional{turn} : std::nullopt;
}

bool have_all_signed(const std::string& folder, Turn turn, int ranks) {
    const List list{folder};
    if (!list.is_open()) return false;
    auto lines = list.lines();
    const Line all{"all", turn}, not_all{"not-all", turn};
    if (lines.count(all) + lines.count(not_all) != 0) return lines.count(all) != 0;
    const bool complete = is_complete(lines, turn, ranks);
    return list.add(complete ? all : not_all) && complete;
}

}  // namespace pyprof::mpi
