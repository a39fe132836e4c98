#include "imports/collapsed.h"

#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "imports/stack_builder.h"

namespace pyprof::imports {
namespace {

struct FrameText {
    std::string name, file;
    std::uint32_t line = 0;
};

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::uint32_t> line_number(std::string_view text) {
    const std::optional<std::uint64_t> number = whole_number(text);
    return number && *number <= 0xffffffffU ? std::optional{static_cast<std::uint32_t>(*number)} : std::nullopt;
}

// "file:line" or "file".
void set_place(FrameText& frame, std::string_view place) {
    const std::size_t colon = place.rfind(':');
    const auto line = colon == std::string_view::npos ? std::nullopt : line_number(place.substr(colon + 1));
    frame.file = place.substr(0, line ? colon : place.size());
    frame.line = line.value_or(0);
}

FrameText frame_of(std::string_view text) {
    FrameText frame;
    const std::size_t bracket = text.rfind(" (");
    if (bracket != std::string_view::npos && text.ends_with(')')) {
        frame.name = text.substr(0, bracket);
        set_place(frame, text.substr(bracket + 2, text.size() - bracket - 3));
        return frame;
    }
    const std::size_t last = text.rfind(':');
    const std::size_t first = last == std::string_view::npos || last == 0 ? last : text.rfind(':', last - 1);
    const auto line = last == std::string_view::npos ? std::nullopt : line_number(text.substr(last + 1));
    const bool is_c_name = first != std::string_view::npos && first + 1 == last;  // operators of C++: "a::b"
    if (line && first != std::string_view::npos && first > 0 && !is_c_name) {
        frame.file = text.substr(0, first);
        frame.name = text.substr(first + 1, last - first - 1);
        frame.line = *line;
    } else {
        frame.name = text;
    }
    return frame;
}

bool is_library(const std::string& file) { return file.ends_with(".so") || file.find(".so.") != std::string::npos; }

// The settings in Austin's comments: "# mode: wall".
class Header {
public:
    void read(std::string_view line) {
        const std::size_t colon = line.find(": ");
        if (colon == std::string_view::npos || line.size() < 2) return;
        const std::string_view key = line.substr(2, colon - 2), value = line.substr(colon + 2);
        if (key == "austin") is_austin = true;
        if (key == "mode") mode = value;
    }
    bool is_austin = false;
    std::string mode;
};

class Reader {
public:
    Reader(std::string_view text, const CollapsedUnits& units) : text_{text}, units_{units} {}

    Result<profile::Profile> read() {
        read_header();
        if (header_.mode == "memory") return Error{"it has memory, not time; record with Austin's mode wall or cpu"};
        const auto [unit, factor] = time_unit(unit_name());
        factor_ = factor;
        const bool is_time = unit == "nanoseconds";
        StackBuilder build{is_time ? profile::Metric{mode(), unit} : profile::Metric{"samples", "count"},
                           "collapsed stacks"};
        std::size_t number = 0;
        for (std::string_view rest = text_; !rest.empty();) {
            const std::string_view line = next_line(rest);
            number++;
            if (line.empty() || line.starts_with("# ")) continue;
            const Status added = add(build, line, is_time);
            if (!added) return Error{"line " + std::to_string(number) + ": " + added.error().message()};
        }
        return build.finish();
    }

private:
    static std::string_view next_line(std::string_view& rest) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        return line;
    }

    void read_header() {
        for (std::string_view rest = text_; !rest.empty();) {
            const std::string_view line = next_line(rest);
            if (line.starts_with("# ")) header_.read(line);
        }
    }
    std::string unit_name() const { return !units_.unit.empty() ? units_.unit : header_.is_austin ? "us" : "count"; }
    std::string mode() const {
        if (!units_.mode.empty()) return units_.mode;
        return header_.mode == "cpu" ? "cpu" : "wall";
    }

    // Austin's full metrics are "time,idle,memory".
    std::optional<std::uint64_t> value_of(std::string_view text) const {
        if (header_.is_austin) text = text.substr(0, text.find(','));
        const std::optional<std::uint64_t> number = whole_number(text);
        if (!number) return std::nullopt;
        const double value = static_cast<double>(*number) * factor_;
        if (value > 9e18) return std::nullopt;
        return factor_ == 1 ? *number : static_cast<std::uint64_t>(std::llround(value));
    }

    // Takes leading frames that name a thread.
    static ThreadKey thread_of(std::string_view& stack) {
        ThreadKey key;
        const auto first = [&] { return stack.substr(0, std::min(stack.find(';'), stack.size())); };
        const auto drop = [&] { stack.remove_prefix(std::min(first().size() + 1, stack.size())); };
        const auto number_after = [&](std::string_view mark) -> std::optional<std::uint64_t> {
            if (!first().starts_with(mark)) return std::nullopt;
            const std::string_view rest = first().substr(mark.size());
            return whole_number(rest.substr(rest.find(':') == std::string_view::npos ? 0 : rest.find(':') + 1));
        };
        if (const auto tid = number_after("tid:")) {
            key.tid = static_cast<std::int64_t>(*tid & 0x7fffffffffffffffULL);
            drop();
        } else if (const auto pid = number_after("P");
                   pid && *pid <= 0x7fffffffU && stack.find(";T") == first().size()) {
            key.pid = static_cast<std::int32_t>(*pid);
            drop();
            if (const auto thread = number_after("T")) {
                key.tid = static_cast<std::int64_t>(*thread & 0x7fffffffffffffffULL);
                drop();
            }
        }
        return key;
    }

    Status add(StackBuilder& build, std::string_view line, bool is_time) const {
        const std::size_t space = line.rfind(' ');
        const auto value = space == std::string_view::npos ? std::nullopt : value_of(line.substr(space + 1));
        if (!value) return Error{"a line is `frame;frame VALUE` with a whole number"};
        std::string_view stack = line.substr(0, space);
        const std::uint32_t thread = build.thread(thread_of(stack));
        std::uint32_t context = 0;
        while (!stack.empty()) {
            const std::size_t end = std::min(stack.find(';'), stack.size());
            context = build.context(context, location(build, frame_of(stack.substr(0, end))));
            stack.remove_prefix(std::min(end + 1, stack.size()));
        }
        return build.add(context, thread, is_time ? 0 : *value, *value);
    }

    static std::uint32_t location(StackBuilder& build, const FrameText& frame) {
        profile::Function function;
        function.name = frame.name;
        function.domain = domain_of(frame.name, frame.file);
        if (is_library(frame.file))
            function.module = build.module(frame.file, "");
        else
            function.file = frame.file;
        return build.location({build.function(function), frame.line, false, false});
    }

    std::string_view text_;
    const CollapsedUnits& units_;
    Header header_;
    double factor_ = 1;
};

}  // namespace

Result<profile::Profile> read_collapsed(std::string_view text, const CollapsedUnits& units) {
    return Reader{text, units}.read();
}

}  // namespace pyprof::imports
