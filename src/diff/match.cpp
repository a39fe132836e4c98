#include "diff/match.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace pyprof::diff {
namespace {

using profile::none;

struct Candidates {
    std::vector<std::uint32_t> before, after;
};

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

bool has_value(const FunctionSum& function) { return function.total.weight > 0 || function.total.samples > 0; }

// Takes out of `rest` the functions that `word_of` names alike, where there is one on each side.
template <class WordOf>
void match_rest(const Side& before, const Side& after, WordOf word_of, Candidates& rest, std::vector<Pair>& pairs) {
    std::map<decltype(word_of(before.functions.front())), Candidates> alike;
    for (const std::uint32_t i : rest.before) alike[word_of(before.functions[i])].before.push_back(i);
    for (const std::uint32_t i : rest.after) alike[word_of(after.functions[i])].after.push_back(i);
    rest = {};
    for (const auto& [word, candidates] : alike) {
        if (candidates.before.size() == 1 && candidates.after.size() == 1) {
            pairs.push_back({candidates.before.front(), candidates.after.front()});
            continue;
        }
        rest.before.insert(rest.before.end(), candidates.before.begin(), candidates.before.end());
        rest.after.insert(rest.after.end(), candidates.after.begin(), candidates.after.end());
    }
}

Candidates all_with_values(const Side& before, const Side& after) {
    Candidates all;
    for (std::uint32_t i = 0; i < before.functions.size(); i++)
        if (has_value(before.functions[i])) all.before.push_back(i);
    for (std::uint32_t i = 0; i < after.functions.size(); i++)
        if (has_value(after.functions[i])) all.after.push_back(i);
    return all;
}

}  // namespace

std::vector<Pair> match(const Side& before, const Side& after) {
    std::vector<Pair> pairs;
    Candidates rest = all_with_values(before, after);
    match_rest(
        before, after, [](const FunctionSum& each) { return each.key; }, rest, pairs);
    match_rest(
        before, after,
        [](const FunctionSum& each) {
            return std::tuple{each.key.domain, file_name(each.key.place), each.key.name};
        },
        rest, pairs);
    match_rest(
        before, after,
        [](const FunctionSum& each) {
            return std::tuple{each.key.domain, each.key.name};
        },
        rest, pairs);
    for (const std::uint32_t i : rest.before) pairs.push_back({i, none});
    for (const std::uint32_t i : rest.after) pairs.push_back({none, i});
    return pairs;
}

std::int64_t lines_moved(const FunctionSum& before, const FunctionSum& after) {
    if (before.first_lines.size() != 1 || after.first_lines.size() != 1) return 0;
    const std::int64_t first = *before.first_lines.begin(), second = *after.first_lines.begin();
    return first == 0 || second == 0 ? 0 : second - first;
}

}  // namespace pyprof::diff
