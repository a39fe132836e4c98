#include "compare/match.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

namespace pyprof::compare {
namespace {

bool end_alike(const FunctionKey& a, const FunctionKey& b) {
    const std::size_t shared = shared_parts(a.file, b.file);
    const std::size_t shorter = std::min(parts_of(a.file), parts_of(b.file));
    return shared > 0 && (shared >= 2 || shared == shorter);
}

class Matcher {
public:
    Matcher(std::span<const FunctionKey> traced, std::span<const FunctionKey> sampled)
        : traced_{traced}, sampled_{sampled}, taken_(sampled.size()) {
        matches_.sampled_of.assign(traced.size(), unmatched);
    }

    Matches match() {
        const auto whole = [](const FunctionKey& key) { return key; };
        const auto line_and_name = [](const FunctionKey& key) { return std::pair{key.line, key.name}; };
        const auto file_and_name = [](const FunctionKey& key) { return std::pair{key.file, key.name}; };
        const auto always = [](const FunctionKey&, const FunctionKey&) { return true; };
        matches_.exact = pair_up(whole, always);
        matches_.by_path = pair_up(line_and_name, end_alike);
        matches_.by_name = pair_up(file_and_name, always);
        matches_.ambiguous = ambiguous_.size();
        return std::move(matches_);
    }

private:
    // Matches what is left and has the same part of the key, where each accepts one of the other side only.
    template <class PartOf, class Accepts>
    std::size_t pair_up(PartOf part_of, Accepts accepts) {
        using Numbers = std::vector<std::uint32_t>;
        std::map<decltype(part_of(traced_[0])), std::pair<Numbers, Numbers>> groups;
        for (std::uint32_t i = 0; i < traced_.size(); i++)
            if (matches_.sampled_of[i] == unmatched) groups[part_of(traced_[i])].first.push_back(i);
        for (std::uint32_t i = 0; i < sampled_.size(); i++)
            if (!taken_[i]) groups[part_of(sampled_[i])].second.push_back(i);
        std::size_t pairs = 0;
        for (const auto& [part, group] : groups) {
            for (const std::uint32_t i : group.first) pairs += pair(i, group.first, group.second, accepts);
        }
        return pairs;
    }

    template <class Accepts>
    bool pair(std::uint32_t traced, const std::vector<std::uint32_t>& rivals,
              const std::vector<std::uint32_t>& candidates, Accepts accepts) {
        std::vector<std::uint32_t> accepted;
        for (const std::uint32_t i : candidates)
            if (!taken_[i] && accepts(traced_[traced], sampled_[i])) accepted.push_back(i);
        if (accepted.empty()) return false;
        const auto wants_it = [&](std::uint32_t i) { return accepts(traced_[i], sampled_[accepted.front()]); };
        if (accepted.size() > 1 || std::ranges::count_if(rivals, wants_it) > 1) {
            ambiguous_.insert(traced);
            return false;
        }
        matches_.sampled_of[traced] = accepted.front();
        taken_[accepted.front()] = true;
        ambiguous_.erase(traced);
        return true;
    }

    std::span<const FunctionKey> traced_, sampled_;
    std::vector<bool> taken_;
    std::set<std::uint32_t> ambiguous_;
    Matches matches_;
};

}  // namespace

Matches match(std::span<const FunctionKey> traced, std::span<const FunctionKey> sampled) {
    return Matcher{traced, sampled}.match();
}

}  // namespace pyprof::compare
