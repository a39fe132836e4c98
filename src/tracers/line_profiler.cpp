#include "tracers/line_profiler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "tracers/pickle.h"

namespace pyprof::tracers {
namespace {

using Index = Document::Index;

constexpr const char* hint = "; is this a file of `kernprof -l`?";
constexpr std::string_view class_name = "LineStats";
// As for cProfile: bytes of names and lists for one byte of the file.
constexpr std::size_t most_sharing = 64;

std::optional<std::uint64_t> count_of(const Value& value) {
    if (value.kind != Kind::integer || value.integer < 0) return std::nullopt;
    return static_cast<std::uint64_t>(value.integer);
}

std::optional<std::uint32_t> line_of(const Value& value) {
    const auto count = count_of(value);
    if (!count || *count > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(*count);
}

std::optional<double> real_of(const Value& value) {
    const double real = value.kind == Kind::integer ? static_cast<double>(value.integer) : value.real;
    if ((value.kind != Kind::integer && value.kind != Kind::real) || !std::isfinite(real)) return std::nullopt;
    return std::max(0.0, real);
}

class Statistics {
public:
    Statistics(const Document& document, std::size_t bytes)
        : document_{document}, lines_left_{bytes}, names_left_{most_sharing * bytes} {}

    std::optional<LineStatistics> read() {
        const auto state = state_of_object();
        if (!state) return std::nullopt;
        const auto timings = item(*state, "timings"), unit = item(*state, "unit");
        if (!timings || !unit || document_.at(*timings).kind != Kind::dictionary) return std::nullopt;
        const auto seconds = real_of(document_.at(*unit));
        if (!seconds) return std::nullopt;
        LineStatistics statistics;
        const auto entries = document_.children(*timings);
        for (std::size_t i = 0; i < entries.size(); i += 2) {
            std::optional<LineFunction> function = function_of(entries[i], entries[i + 1], *seconds);
            if (!function) return std::nullopt;
            statistics.functions.push_back(*std::move(function));
        }
        return statistics;
    }

private:
    // A LineStats object: its class and its state.
    std::optional<Index> state_of_object() const {
        const auto parts = document_.children(document_.root);
        if (document_.at(document_.root).kind != Kind::sequence || parts.size() != 2) return std::nullopt;
        if (document_.at(parts[0]).text != class_name || document_.at(parts[1]).kind != Kind::dictionary)
            return std::nullopt;
        return parts[1];
    }

    std::optional<Index> item(Index dictionary, std::string_view key) const {
        const auto entries = document_.children(dictionary);
        for (std::size_t i = 0; i < entries.size(); i += 2)
            if (document_.at(entries[i]).text == key) return entries[i + 1];
        return std::nullopt;
    }

    bool has_items(Index index, std::size_t count) const {
        return document_.at(index).kind == Kind::sequence && document_.at(index).count == count;
    }

    std::optional<LineFunction> function_of(Index key, Index lines, double unit_s) {
        if (!has_items(key, 3) || document_.at(lines).kind != Kind::sequence) return std::nullopt;
        const Value &file = document_.child(key, 0), &name = document_.child(key, 2);
        const auto first_line = line_of(document_.child(key, 1));
        const std::size_t bytes = file.text.size() + name.text.size(), count = document_.at(lines).count;
        if (file.kind != Kind::text || name.kind != Kind::text || !first_line) return std::nullopt;
        if (bytes > names_left_ || count > lines_left_) return std::nullopt;
        names_left_ -= bytes;
        lines_left_ -= count;
        LineFunction function{std::string{file.text}, *first_line, std::string{name.text}, {}};
        for (const Index entry : document_.children(lines)) {
            if (!has_items(entry, 3)) return std::nullopt;
            const auto line = line_of(document_.child(entry, 0));
            const auto hits = count_of(document_.child(entry, 1));
            const auto time = real_of(document_.child(entry, 2));
            if (!line || !hits || !time) return std::nullopt;
            function.lines.push_back({*line, *hits, *time * unit_s});
        }
        return function;
    }

    const Document& document_;
    std::size_t lines_left_, names_left_;
};

}  // namespace

Result<LineStatistics> read_line_profiler(std::span<const std::byte> bytes) {
    const Result<Document> document = read_pickle(bytes);
    if (!document) return Error{document.error().message() + hint};
    std::optional<LineStatistics> statistics = Statistics{*document, bytes.size()}.read();
    if (!statistics) return Error{"holds other things than times of lines" + std::string{hint}};
    return *std::move(statistics);
}

}  // namespace pyprof::tracers
