// A real recording, cut at random offsets and behind every node: `cut_recording FILE [CUTS [SEED]]`. Each head must
// open, hold all that ends before the cut and nothing else, and say how much is missing. Prints what was done; status 1
// at the first head that is wrong.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <span>
#include <vector>

#include "wire/decoder.h"

using namespace pyprof::wire;

namespace {

using Bytes = std::vector<std::byte>;

// The beginning of the one record that the cut goes through counts as damaged.
constexpr std::uint64_t longest_record = 64u << 10;

// As far as the file is in use.
Bytes read_used(const char* path) {
    std::ifstream file{path, std::ios::binary};
    const std::vector<char> text{std::istreambuf_iterator<char>{file}, {}};
    Bytes bytes(text.size());
    std::transform(text.begin(), text.end(), bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
    const auto recording = decode(bytes);
    if (recording && recording->header.committed_bytes < bytes.size()) bytes.resize(recording->header.committed_bytes);
    return bytes;
}

std::uint64_t end_of(const TreeNode& node) { return (std::uint64_t{node.id} + 1) * node_bytes; }

// Nodes that end before each cut, by binary search.
class Ends {
public:
    explicit Ends(const Recording& whole) {
        for (const TreeNode& node : whole.nodes) by_end_.emplace(end_of(node), &node);
        std::uint64_t expiries = 0;
        for (const auto& [end, node] : by_end_) {
            ends_.push_back(end);
            sums_.push_back(expiries += node->expiries);
        }
    }
    const std::vector<std::uint64_t>& all() const { return ends_; }
    std::size_t count(std::uint64_t cut) const {
        return static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), cut) - ends_.begin());
    }
    std::uint64_t expiries(std::uint64_t cut) const { return count(cut) == 0 ? 0 : sums_[count(cut) - 1]; }

private:
    std::map<std::uint64_t, const TreeNode*> by_end_;
    std::vector<std::uint64_t> ends_, sums_;
};

// Records stand in the order of the file: those before the cut are the first ones.
template <class Item, class Name>
bool is_beginning(const std::vector<Item>& part, const std::vector<Item>& whole, Name name) {
    return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin(),
                                                     [&](const Item& a, const Item& b) { return name(a) == name(b); });
}

bool is_right(const Bytes& bytes, const Recording& whole, const Ends& ends, std::uint64_t cut) {
    constexpr std::uint64_t first_bytes = 16;
    const auto head = decode(std::span{bytes}.first(cut));
    if (cut < first_bytes) return !head;
    if (!head) return false;
    std::uint64_t expiries = 0;
    for (const TreeNode& node : head->nodes) expiries += node.expiries;
    const bool knows_size = cut >= offsetof(RecordingHeader, committed_bytes) + 8;
    const std::uint64_t size = knows_size ? bytes.size() : recording_header_bytes;
    return head->nodes.size() == ends.count(cut) && expiries == ends.expiries(cut) &&
           head->damaged_bytes < longest_record && head->missing_bytes == (size > cut ? size - cut : 0) &&
           is_beginning(head->modules, whole.modules, [](const DecodedModule& m) { return m.record.id; }) &&
           is_beginning(head->codes, whole.codes, [](const DecodedCode& c) { return c.record.id; }) &&
           is_beginning(head->threads, whole.threads, [](const ThreadRecord& t) { return t.index; });
}

}  // namespace

int main(int count, char** words) {
    if (count < 2) return 2;
    const std::size_t cuts = count > 2 ? std::strtoul(words[2], nullptr, 10) : 10'000;
    std::mt19937_64 random{count > 3 ? std::strtoul(words[3], nullptr, 10) : 1};
    const Bytes bytes = read_used(words[1]);
    const auto whole = decode(bytes);
    if (!whole || whole->missing_bytes != 0 || whole->damaged_bytes != 0) return 1;
    const Ends ends{*whole};
    std::set<std::uint64_t> places;
    while (places.size() < cuts && places.size() < bytes.size()) places.insert(random() % bytes.size());
    const std::size_t step = std::max<std::size_t>(1, ends.all().size() / cuts);
    for (std::size_t i = 0; i < ends.all().size(); i += step) places.insert(ends.all()[i]);
    for (const std::uint64_t cut : places) {
        if (is_right(bytes, *whole, ends, cut)) continue;
        std::printf("wrong when cut at %lu of %zu\n", cut, bytes.size());
        return 1;
    }
    std::printf("%zu bytes, %zu nodes, %zu threads: %zu cuts, each opens and loses what was behind it\n", bytes.size(),
                whole->nodes.size(), whole->threads.size(), places.size());
    return 0;
}
