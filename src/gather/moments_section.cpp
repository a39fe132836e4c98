#include "gather/moments_section.h"

#include <algorithm>
#include <utility>

#include "gather/canonical_order.h"

namespace pyprof::gather {
namespace {

// Runs of equal shifts, which mostly are one.
void write_shifts(ColumnWriter& to, const std::vector<Moment>& moments) {
    for (std::size_t begin = 0, end = 0; begin < moments.size(); begin = end) {
        while (end < moments.size() && moments[end].shift == moments[begin].shift) ++end;
        to.number(end - begin);
        to.number(moments[begin].shift);
    }
}

void read_shifts(ColumnReader& from, std::vector<Moment>& moments) {
    for (std::size_t begin = 0; begin < moments.size();) {
        const std::uint64_t length = from.number();
        const auto shift = from.number_as<std::uint32_t>();
        if (length == 0 || length > moments.size() - begin || shift >= 64) return from.fail();
        for (const std::size_t end = begin + length; begin < end; ++begin) moments[begin].shift = shift;
    }
}

// Each number as its step from the one before.
void write_steps(ColumnWriter& to, const std::vector<Moment>& moments, std::uint32_t Moment::*member) {
    std::int64_t before = 0;
    for (const Moment& moment : moments) to.signed_number(moment.*member - std::exchange(before, moment.*member));
}

void read_steps(ColumnReader& from, std::vector<Moment>& moments, std::uint32_t Moment::*member) {
    std::uint64_t at = 0;
    for (Moment& moment : moments) {
        at += static_cast<std::uint64_t>(from.signed_number());
        if (at > 0xFFFFFFFF) return from.fail();
        moment.*member = static_cast<std::uint32_t>(at);
    }
}

constexpr std::uint32_t Moment::*moment_steps[] = {&Moment::time, &Moment::thread, &Moment::context};

bool refer_to_something(const std::vector<Moment>& moments, std::size_t contexts, std::size_t threads) {
    return std::all_of(moments.begin(), moments.end(),
                       [=](const Moment& m) { return m.context < contexts && m.thread < threads; });
}

bool are_in_order(const Tree& tree) {
    return std::is_sorted(tree.moments.begin(), tree.moments.end(),
                          [&](const Moment& a, const Moment& b) { return is_before(a, b, tree.threads); });
}

}  // namespace

void write_moments(ColumnWriter& to, const std::vector<Moment>& moments) {
    to.number(moments.size());
    write_shifts(to, moments);
    for (const auto member : moment_steps) write_steps(to, moments, member);
}

void read_moments(ColumnReader& from, const LostSections& lost, Tree& tree) {
    tree.moments.assign(from.count(3), Moment{});
    read_shifts(from, tree.moments);
    for (const auto member : moment_steps) read_steps(from, tree.moments, member);
    if (from.failed()) return;
    for (Moment& moment : tree.moments) {
        if (lost.has(Section::contexts)) moment.context = 0;
        if (lost.has(Section::threads)) moment.thread = 0;
    }
    const bool is_whole = !lost.has(Section::contexts) && !lost.has(Section::threads);
    if (!refer_to_something(tree.moments, tree.contexts.size(), tree.threads.size()) ||
        (is_whole && !are_in_order(tree)))
        from.fail();
}

}  // namespace pyprof::gather
