#include "imports/cprofile.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "imports/stack_builder.h"

namespace pyprof::imports {
namespace {

using tracers::CountedFunction;

constexpr double smallest_part = 1e-6;  // of the whole, that gets a context of its own
constexpr double most_seconds = 9e9;    // 290 years in nanoseconds fit
constexpr std::size_t deepest = 500;
constexpr std::size_t most_steps = 20'000'000;

struct Callee {
    std::uint32_t function = 0;
    double share = 0;  // of the callee's time, for this caller
};

// A function on the way from the outermost one.
struct Visit {
    std::uint32_t function = 0;
    std::uint32_t context = 0;
    double share = 0;  // of the function's time, in this context
    std::size_t next = 0;
};

class Estimator {
public:
    explicit Estimator(const tracers::CallStatistics& statistics)
        : functions_{statistics.functions}, build_{{"wall", "nanoseconds"}, "a file of cProfile"} {}

    Result<profile::Profile> estimate() {
        double all = 0;
        for (const CountedFunction& function : functions_) all += function.counts.self_s;
        if (all > most_seconds) return Error{"it has times of more than 290 years; it is damaged"};
        smallest_ = all * smallest_part;
        find_callees();
        rest_.resize(functions_.size());
        heaviest_.resize(functions_.size());
        on_way_.resize(functions_.size());
        for (std::size_t i = 0; i < functions_.size(); i++) rest_[i] = nanoseconds(functions_[i].counts.self_s);
        thread_ = build_.thread({});
        for (std::uint32_t i = 0; i < functions_.size(); i++)
            if (functions_[i].callers.empty()) walk_from(i);
        for (std::uint32_t i = 0; i < functions_.size(); i++) add_rest(i);
        build_.run().notes.push_back(
            "cProfile counts pairs of caller and callee: own times of functions are exact, stacks are estimated from "
            "the "
            "pairs. They are counted, not sampled, so there are no intervals.");
        return build_.finish();
    }

private:
    static std::uint64_t nanoseconds(double s) { return static_cast<std::uint64_t>(std::llround(s * 1e9)); }

    // Time with callees; where that is nothing, calls.
    static double part_of(const tracers::Counts& counts) {
        return counts.total_s > 0 ? counts.total_s : static_cast<double>(counts.calls) * 1e-12;
    }

    // Calls from the function itself are no ways to it.
    void find_callees() {
        callees_.resize(functions_.size());
        for (std::uint32_t i = 0; i < functions_.size(); i++) {
            double whole = 0;
            for (const tracers::CallerCounts& caller : functions_[i].callers)
                if (caller.caller != i) whole += part_of(caller.counts);
            for (const tracers::CallerCounts& caller : functions_[i].callers)
                if (caller.caller != i && whole > 0)
                    callees_[caller.caller].push_back({i, part_of(caller.counts) / whole});
        }
    }

    std::uint32_t location(std::uint32_t index) {
        const CountedFunction& in = functions_[index];
        profile::Function function;
        function.name = in.name;
        if (!in.is_builtin()) {
            function.file = in.file;
            function.first_line = in.line;
            function.domain = profile::Domain::python;
        }
        return build_.location({build_.function(function), 0, false, false});
    }

    // Gives a context its share of the function's own time.
    void give(const Visit& visit) {
        const double own = functions_[visit.function].counts.self_s * visit.share;
        const std::uint64_t weight = std::min(rest_[visit.function], nanoseconds(std::max(0.0, own)));
        rest_[visit.function] -= weight;
        Heaviest& heaviest = heaviest_[visit.function];
        if (heaviest.context == 0 || weight > heaviest.weight) heaviest = {visit.context, weight};
        add(visit.context, weight);
    }

    void add(std::uint32_t context, std::uint64_t weight) {
        const Status added = build_.add(context, thread_, 0, weight);
        static_cast<void>(added);  // all of them fit, as estimate() has made sure
    }

    bool is_worth_a_context(const Visit& caller, const Callee& callee) const {
        const double time = functions_[callee.function].counts.total_s * callee.share * caller.share;
        return time >= smallest_ && !on_way_[callee.function] && build_.context_count() < most_estimated_contexts;
    }

    void walk_from(std::uint32_t outermost) {
        std::vector<Visit> way;
        const auto enter = [&](std::uint32_t function, std::uint32_t parent, double share) {
            way.push_back({function, build_.context(parent, location(function)), share, 0});
            on_way_[function] = true;
            give(way.back());
        };
        enter(outermost, 0, 1);
        while (!way.empty()) {
            Visit& at = way.back();
            const std::vector<Callee>& callees = callees_[at.function];
            if (at.next == callees.size() || way.size() >= deepest || steps_ >= most_steps) {
                on_way_[at.function] = false;
                way.pop_back();
                continue;
            }
            const Callee callee = callees[at.next++];
            steps_++;
            if (is_worth_a_context(at, callee)) enter(callee.function, at.context, callee.share * at.share);
        }
    }

    // What no context has got: rounding, recursion, small parts and circles of callers without an outermost one.
    void add_rest(std::uint32_t function) {
        if (rest_[function] == 0) return;
        const std::uint32_t context = heaviest_[function].context;
        add(context != 0 ? context : build_.context(0, location(function)), rest_[function]);
    }

    struct Heaviest {
        std::uint32_t context = 0;
        std::uint64_t weight = 0;
    };

    const std::vector<CountedFunction>& functions_;
    StackBuilder build_;
    double smallest_ = 0;
    std::size_t steps_ = 0;
    std::vector<std::vector<Callee>> callees_;
    std::vector<std::uint64_t> rest_;  // ns of each function that stand nowhere yet
    std::vector<Heaviest> heaviest_;
    std::vector<bool> on_way_;
    std::uint32_t thread_ = 0;
};

}  // namespace

Result<profile::Profile> from_cprofile(const tracers::CallStatistics& statistics) {
    return Estimator{statistics}.estimate();
}

}  // namespace pyprof::imports
