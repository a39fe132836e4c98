#include "formats/pstats.h"

#include <bit>
#include <cstdint>
#include <map>
#include <utility>

#include "formats/call_graph.h"

namespace pyprof::formats {
namespace {

// Python's marshal format (Python/marshal.c), of version 3 and later: a value whose code has the flag can be referred
// to afterwards, by its place among those that have it.
class Marshal {
public:
    void begin_dictionary() { bytes_ += '{'; }
    void end_dictionary() { bytes_ += '0'; }
    void begin_tuple(std::uint8_t size) { put_tuple(')', size); }
    void begin_tuple_to_refer_to(std::uint8_t size) { put_tuple(static_cast<char>(')' | 0x80), size); }
    void put_reference(std::uint32_t place) {
        bytes_ += 'r';
        put_number(place);
    }
    void put(std::uint32_t number) {
        bytes_ += 'i';
        put_number(number);
    }
    void put(double number) {
        bytes_ += 'g';
        put_number(std::bit_cast<std::uint64_t>(number));
    }
    void put(const std::string& utf8) {
        bytes_ += 'u';
        put_number(static_cast<std::uint32_t>(utf8.size()));
        bytes_ += utf8;
    }
    std::string take() { return std::move(bytes_); }

private:
    void put_tuple(char code, std::uint8_t size) {
        bytes_ += code;
        bytes_ += static_cast<char>(size);
    }

    // Little endian.
    template <class Number>
    void put_number(Number number) {
        for (std::size_t i = 0; i < sizeof number; i++) bytes_ += static_cast<char>(number >> (8 * i));
    }

    std::string bytes_;
};

// What a function cost called from another.
struct Cost {
    std::uint64_t self = 0, total = 0;
};

class Writer {
public:
    explicit Writer(const profile::Profile& profile)
        : graph_{call_graph(profile)}, callers_(graph_.functions.size()), places_(graph_.functions.size(), no_place) {
        if (profile.metric.unit == "nanoseconds") unit_ = 1e-9;
        for (const CallGraph::Call& call : graph_.calls) {
            if (call.caller == root) continue;
            Cost& cost = callers_[call.callee][call.caller];
            cost.self += call.self[time];
            cost.total += call.total[time];
        }
        // Readers refuse a file without any function.
        CallGraph::Function& no_stack = graph_.functions[root];
        no_stack.frame = Frame{.name = "(no stack)", .file = "~"};
        no_stack.total = no_stack.self;
    }

    std::string write() {
        out_.begin_dictionary();
        const bool is_empty = graph_.functions[root].total[time] == 0;
        for (std::uint32_t i = is_empty && graph_.functions.size() > 1 ? 1 : 0; i < graph_.functions.size(); i++) {
            put_key(i);
            out_.begin_tuple(5);
            put_cost({graph_.functions[i].self[time], graph_.functions[i].total[time]});
            out_.begin_dictionary();
            for (const auto& [caller, cost] : callers_[i]) {
                put_key(caller);
                out_.begin_tuple(4);
                put_cost(cost);
            }
            out_.end_dictionary();
        }
        out_.end_dictionary();
        return out_.take();
    }

private:
    static constexpr std::uint32_t root = 0, no_place = profile::none;
    static constexpr std::size_t time = 0;  // the place among the figures

    // (file, first line, name), in full only the first time.
    void put_key(std::uint32_t function) {
        if (places_[function] != no_place) return out_.put_reference(places_[function]);
        places_[function] = next_place_++;
        const Frame& frame = graph_.functions[function].frame;
        out_.begin_tuple_to_refer_to(3);
        out_.put(frame.file.empty() ? "~" : frame.file);
        out_.put(frame.first_line);
        out_.put(frame.name);
    }

    // Numbers of calls, then seconds.
    void put_cost(const Cost& cost) {
        out_.put(0U);
        out_.put(0U);
        out_.put(static_cast<double>(cost.self) * unit_);
        out_.put(static_cast<double>(cost.total) * unit_);
    }

    CallGraph graph_;
    std::vector<std::map<std::uint32_t, Cost>> callers_;  // of each function
    std::vector<std::uint32_t> places_;                   // of keys that are written
    std::uint32_t next_place_ = 0;
    double unit_ = 1;
    Marshal out_;
};

}  // namespace

std::string pstats(const profile::Profile& profile) { return Writer{profile}.write(); }

}  // namespace pyprof::formats
