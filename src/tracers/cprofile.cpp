#include "tracers/cprofile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <tuple>

#include "tracers/marshal.h"

namespace pyprof::tracers {
namespace {

using Index = Document::Index;

constexpr const char* hint = "; is this a file of `python -m cProfile -o FILE`?";
// The key that Python 3.15's profiling.sampling puts into its files of this form.
constexpr std::string_view sampled_mark = "__sampled__";
// Files share texts and callers by references. More bytes of names for one byte of the file than this, or more callers
// than bytes, are no statistics of a program.
constexpr std::size_t most_sharing = 64;

std::optional<std::uint64_t> count_of(const Value& value) {
    if (value.kind != Kind::integer || value.integer < 0) return std::nullopt;
    return static_cast<std::uint64_t>(value.integer);
}

// Clocks that are set back make times below 0: they are nothing.
std::optional<double> time_of(const Value& value) {
    if (value.kind == Kind::integer) return std::max(0.0, static_cast<double>(value.integer));
    if (value.kind != Kind::real || !std::isfinite(value.real)) return std::nullopt;
    return std::max(0.0, value.real);
}

class Statistics {
public:
    Statistics(const Document& document, std::size_t bytes)
        : document_{document}, callers_left_{bytes}, names_left_{most_sharing * bytes} {}

    Result<CallStatistics> read() {
        if (document_.at(document_.root).kind != Kind::dictionary)
            return Error{"holds no statistics" + std::string{hint}};
        const auto entries = document_.children(document_.root);
        for (std::size_t i = 0; i < entries.size(); i += 2) {
            if (is_sampled_mark(entries[i]))
                return Error{"holds samples, no calls; give a file of `python -m cProfile -o FILE`"};
            if (!add(entries[i], entries[i + 1]))
                return Error{"holds other things than calls of functions" + std::string{hint}};
        }
        return std::move(statistics_);
    }

private:
    bool is_sampled_mark(Index key) const {
        return document_.at(key).kind == Kind::sequence && document_.at(key).count == 1 &&
               document_.child(key, 0).text == sampled_mark;
    }

    bool has_items(Index index, std::size_t count) const {
        return document_.at(index).kind == Kind::sequence && document_.at(index).count == count;
    }

    // The function that a key means; made if it is new.
    std::optional<std::uint32_t> function(Index key) {
        if (!has_items(key, 3)) return std::nullopt;
        const Value &file = document_.child(key, 0), &line = document_.child(key, 1), &name = document_.child(key, 2);
        const auto first_line = count_of(line);
        if (file.kind != Kind::text || name.kind != Kind::text || !first_line ||
            *first_line > std::numeric_limits<std::uint32_t>::max())
            return std::nullopt;
        if (file.text.size() + name.text.size() > names_left_) return std::nullopt;
        names_left_ -= file.text.size() + name.text.size();
        const auto number = static_cast<std::uint32_t>(statistics_.functions.size());
        const auto [known, is_new] = numbers_.try_emplace({file.text, *first_line, name.text}, number);
        if (is_new)
            statistics_.functions.push_back(
                {std::string{file.text}, static_cast<std::uint32_t>(*first_line), std::string{name.text}, {}, {}});
        return known->second;
    }

    // Of a tuple that begins with two numbers of calls and two times.
    std::optional<Counts> counts(Index tuple, bool primitive_first) const {
        const auto first = count_of(document_.child(tuple, 0)), second = count_of(document_.child(tuple, 1));
        const auto self = time_of(document_.child(tuple, 2)), total = time_of(document_.child(tuple, 3));
        if (!first || !second || !self || !total) return std::nullopt;
        if (primitive_first) return Counts{*second, *first, *self, *total};
        return Counts{*first, *second, *self, *total};
    }

    std::optional<Counts> counts_of_caller(Index value) const {
        if (has_items(value, 4)) return counts(value, false);
        const auto calls = count_of(document_.at(value));
        if (!calls) return std::nullopt;
        return Counts{*calls, *calls, 0, 0};
    }

    bool add(Index key, Index value) {
        const auto number = function(key);
        if (!number || !has_items(value, 5)) return false;
        const auto sums = counts(value, true);
        const Index callers = document_.children(value)[4];
        if (!sums || document_.at(callers).kind != Kind::dictionary) return false;
        statistics_.functions[*number].counts = *sums;
        const auto entries = document_.children(callers);
        if (entries.size() > callers_left_) return false;
        callers_left_ -= entries.size();
        for (std::size_t i = 0; i < entries.size(); i += 2) {
            const auto caller = function(entries[i]);
            const auto called = counts_of_caller(entries[i + 1]);
            if (!caller || !called) return false;
            statistics_.functions[*number].callers.push_back({*caller, *called});
        }
        return true;
    }

    const Document& document_;
    std::size_t callers_left_, names_left_;
    CallStatistics statistics_;
    std::map<std::tuple<std::string_view, std::uint64_t, std::string_view>, std::uint32_t> numbers_;
};

}  // namespace

Result<CallStatistics> read_cprofile(std::span<const std::byte> bytes) {
    const Result<Document> document = read_marshal(bytes);
    if (!document) return Error{document.error().message() + hint};
    return Statistics{*document, bytes.size()}.read();
}

}  // namespace pyprof::tracers
