#include "cli/messages.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <set>
#include <unistd.h>

namespace pyprof::cli {
namespace {

// 3712004 as "3 712 004".
std::string grouped(std::uint64_t number) {
    auto digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) {
        digits.insert(static_cast<std::size_t>(at), " ");
    }
    return digits;
}

std::string counted(std::uint64_t number, const char* one, const char* many) {
    return grouped(number) + " " + (number == 1 ? one : many);
}

}  // namespace

void say(const std::string& line) {
    const auto text = "pyprof: " + line + "\n";
    if (write(STDERR_FILENO, text.data(), text.size()) < 0) return;  // nobody listens: nothing to be done
}

RunFigures figures_of(const gather::Tree& tree) {
    RunFigures figures;
    std::set<int> ranks;
    double cpu_ns = 0;
    double handler_ns = 0;
    double weight_ns = 0;
    for (const auto& process : tree.processes) {
        if (process.rank >= 0) ranks.insert(process.rank);
        figures.samples += process.expiries;
        cpu_ns += static_cast<double>(process.cpu_ns);
        handler_ns += static_cast<double>(process.handler_ns);
    }
    for (const auto& value : gather::cpu_values(tree)) weight_ns += static_cast<double>(value.weight_ns);
    figures.ranks = static_cast<int>(ranks.size());
    figures.processes = static_cast<int>(
        std::ranges::count_if(tree.processes, [](const auto& process) { return !stands_for_ranks(process); }));
    if (cpu_ns > 0) {
        figures.own_cost = handler_ns / cpu_ns;
        figures.cpu_covered = weight_ns / cpu_ns;
    }
    return figures;
}

std::string summary(const RunFigures& figures) {
    char costs[64];
    std::snprintf(costs, sizeof costs, "own cost %.1f %%, cpu covered %.2f", 100 * figures.own_cost,
                  figures.cpu_covered);
    std::string line;
    if (figures.ranks > 0) {
        line = counted(static_cast<std::uint64_t>(figures.ranks), "rank", "ranks") + ", ";
    } else if (figures.processes > 1) {
        line = std::to_string(figures.processes) + " processes, ";
    }
    return line + counted(figures.samples, "sample", "samples") + ", " + costs;
}

std::string shell_word(const std::string& word) {
    bool plain = !word.empty();
    for (const unsigned char c : word) {
        plain =
            plain && (std::isalnum(c) || std::string_view{"_-./+:,@%"}.find(static_cast<char>(c)) != std::string::npos);
    }
    if (plain) return word;
    std::string quoted = "'";
    for (const char c : word) quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return quoted + "'";
}

}  // namespace pyprof::cli
