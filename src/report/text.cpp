#include "report/text.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>
#include <functional>
#include <optional>
#include <vector>

#include "profile/attachment.h"
#include "profile/balance.h"
#include "profile/interval.h"
#include "profile/libraries.h"
#include "profile/mpi_calls.h"
#include "profile/ratios.h"
#include "profile/views.h"
#include "report/findings.h"
#include "report/sources.h"
#include "report/words.h"

namespace pyprof::report {
namespace {

using profile::Category;
using profile::Profile;
using profile::Split;

constexpr std::size_t function_lines = 6, line_lines = 6, kernel_lines = 5, mpi_lines = 3, legend_lines = 3;

struct Part {
    Category category;
    const char* title;
    const char* block;   // in the bar, with Unicode
    const char* letter;  // without
    const char* ansi;
};

// The order of the bar. Hues as in MAP: green is computing, blue MPI, orange I/O.
constexpr std::array<Part, profile::category_count> bar_parts = {{
    {Category::python, "Python", "█", "P", "33"},
    {Category::native, "native", "▓", "n", "32"},
    {Category::mpi, "MPI", "▒", "M", "34"},
    {Category::gil, "GIL", "▚", "G", "35"},
    {Category::io, "I/O", "▞", "I", "31"},
    {Category::gc, "GC", "▄", "g", "36"},
    {Category::import, "import", "▌", "i", "36"},
    {Category::idle, "idle", "·", ".", "90"},
    {Category::other, "other", "░", "o", "90"},
}};

// "1 rank", "2 ranks".
std::string counted(std::size_t count, const char* noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// Writes one screen, line by line.
class Screen {
public:
    Screen(const Profile& profile, const Options& options, const Style& style)
        : profile_{profile},
          options_{options},
          style_{style},
          all_{profile::sum_all(profile)},
          sources_{profile},
          calls_{profile::mpi_rows(profile)} {
        std::erase_if(calls_, [](const profile::MpiRow& row) { return !row.counted; });
    }

    std::string text() {
        header();
        bar();
        interpreter_lock();
        functions();
        lines();
        kernels();
        mpi_calls();
        rank_line();
        sentences();
        legend();
        return std::move(text_);
    }

private:
    void line(const std::string& content) {
        std::string cut = fitted(printable(content), style_.width, style_.unicode);
        cut.erase(cut.find_last_not_of(' ') + 1);
        text_ += cut + '\n';
    }
    void title(const std::string& content) {
        text_ += '\n';
        if (!style_.colour) return line(content);
        std::string cut = fitted(content, style_.width, style_.unicode);
        cut.erase(cut.find_last_not_of(' ') + 1);
        text_ += "\033[1m" + cut + "\033[0m\n";
    }
    const char* dot() const { return style_.unicode ? " · " : " | "; }
    std::string share(std::uint64_t weight) const { return percent(share_of(weight, all_.weight)); }
    std::size_t shown(std::size_t usual) const { return options_.limit == 0 ? usual : options_.limit; }
    // Of lists that make room for MPI where its calls were counted.
    std::size_t shown_beside_mpi(std::size_t usual, std::size_t less) const {
        return shown(calls_.empty() ? usual : usual - less);
    }

    void header() {
        const profile::Run& run = profile_.run;
        const profile::Quality& quality = profile_.quality;
        std::string facts;
        if (run.ranks > 0)
            facts += fmt::format("{}{} on {}", dot(), counted(run.ranks, "rank"), counted(run.hosts.size(), "host"));
        if (run.wall_ns + run.cpu_ns > 0)
            facts += fmt::format("{}wall {}{}CPU {}", dot(), duration(run.wall_ns), dot(), duration(run.cpu_ns));
        if (options_.rank) facts += fmt::format("{}rank {} only", dot(), *options_.rank);
        for (const std::string& python : run.pythons) facts += dot() + ("Python " + python);
        const std::size_t room = style_.width - std::min(style_.width - 12, columns(facts));
        std::string command = run.command.empty() ? "unknown command" : printable(words(run.command));
        if (columns(command) > room) command = fitted(command, room, style_.unicode);
        line(command + facts);
        libraries();
        if (!profile::is_sampled(profile_)) return line("counted, not sampled: there are no intervals");
        if (run.rate_hz == 0) return line(grouped(quality.samples) + " samples, at an unknown rate");
        std::string lost, guessed;
        for (const profile::Loss& loss : quality.lost) {
            if (loss.count == 0) continue;
            if (profile::is_guessed(loss))
                guessed = fmt::format("{}guessed: {}", dot(), grouped(loss.count));
            else
                lost += (lost.empty() ? "" : ", ") + grouped(loss.count) + " " + loss.cause;
        }
        std::ranges::replace(lost, '_', ' ');
        const std::string facts_of_samples = fmt::format(
            "{} samples of CPU time at {:.0f} Hz (asked {:.0f}{}){}own cost {}{}lost: {}", grouped(quality.samples),
            quality.rate_delivered_hz, run.rate_hz, run.engine.empty() ? "" : ", engine " + run.engine, dot(),
            percent(share_of(quality.handler_ns, run.cpu_ns)), dot(), lost.empty() ? "nothing" : lost);
        const bool fits = columns(facts_of_samples + guessed) <= style_.width;
        line(facts_of_samples + (fits ? guessed : ""));  // `info` has it in any case
    }

    // Python stands in the line before.
    void libraries() {
        std::string names;
        for (const profile::Library& library : profile::libraries_of(profile_))
            if (library.role != "Python") names += (names.empty() ? "" : dot()) + in_short(library);
        if (!names.empty()) line("with " + names);
    }

    // One character per 2 % or so: every category gets the whole cells that its share fills, rounded so that they sum
    // up.
    void bar() {
        const Split sums = profile::category_sums(profile_);
        const std::size_t cells = std::min<std::size_t>(50, style_.width - 2);
        const auto cells_of = [&](std::uint64_t weight) {
            return static_cast<std::size_t>(share_of(weight, all_.weight) * static_cast<double>(cells) + 0.5);
        };
        std::string drawn, names, unseen;
        std::uint64_t before = 0;
        for (const Part& part : bar_parts) {
            const std::uint64_t weight = sums[static_cast<std::size_t>(part.category)];
            const char* symbol = style_.unicode ? part.block : part.letter;
            drawn += coloured(cells_of(before + weight) - cells_of(before), symbol, part.ansi);
            before += weight;
            if (weight > 0)
                names += (names.empty() ? "" : " | ") + fmt::format("{} {} {}", symbol, part.title, share(weight));
            const bool measured = profile::is_measured(part.category, profile_.run);
            if (!measured) unseen += (unseen.empty() ? "" : ", ") + std::string{part.title};
        }
        text_ += "[" + drawn + "]" + (unseen.empty() ? "" : " not seen: " + unseen) + "\n";
        line(names);
    }
    void interpreter_lock() {
        const std::optional<profile::Attachment> attachment = profile::attachment_of(profile_);
        if (!attachment) return;
        const double attached = share_of(attachment->attached_ns, attachment->cpu_ns);
        line(fmt::format("{} {} of the CPU time of threads with Python, {} {}",
                         attachment->has_gil ? "GIL held" : "attached to the interpreter", percent(attached),
                         attachment->has_gil ? "released" : "detached", percent(1 - attached)));
    }
    std::string coloured(std::size_t count, const char* symbol, const char* ansi) const {
        std::string cells;
        for (std::size_t i = 0; i < count; i++) cells += symbol;
        return style_.colour && count > 0 ? fmt::format("\033[{}m{}\033[0m", ansi, cells) : cells;
    }

    std::string where(std::uint32_t index, std::uint32_t at) const {
        const profile::Function& function = profile_.functions[index];
        if (!function.file.empty()) return place(function.file, at);
        return function.module == profile::none ? "" : file_name(profile_.modules[function.module].path);
    }
    // How uneven a figure is over the ranks: "1.3x r7".
    std::string spread(const std::optional<profile::Spread>& ranks) const {
        if (!ranks || ranks->mean == 0 || profile_.run.ranks < 2) return "";
        return fmt::format("{:.2f} r{}", static_cast<double>(ranks->max) / ranks->mean, ranks->argmax);
    }
    std::string split(const Split& parts, std::uint64_t total) const {
        const auto part = [&](Category category) {
            return fmt::format("{:3.0f}", 100 * share_of(parts[static_cast<std::size_t>(category)], total));
        };
        return part(Category::python) + part(Category::native).insert(0, 1, '/') + "/" + part(Category::mpi);
    }

    std::string row(const std::string& own, const std::string& total, const std::string& parts,
                    const std::string& ranks, const std::string& at, const std::string& what) const {
        return fmt::format("{:>7} {:>7}  {:11}  {:9} {} {}", own, total, parts, ranks,
                           fitted(printable(at), 24, style_.unicode), what);
    }

    void functions() {
        const auto rows = profile::function_rows(profile_);
        title(row("self", "total", "py/nat/mpi", "ranks", "where", "function"));
        for (std::size_t i = 0; i < std::min(shown_beside_mpi(function_lines, 2), rows.size()); i++) {
            const profile::Cost& cost = rows[i].cost;
            const profile::Function& function = profile_.functions[rows[i].function];
            line(row(share(cost.self.weight), share(cost.total.weight), split(cost.split, cost.total.weight),
                     spread(cost.self_ranks), where(rows[i].function, function.first_line), function.name));
        }
    }

    // Python lines by what they and the native code they call cost; lines of native code where there is no Python.
    std::vector<profile::LineRow> hot_lines() const {
        std::vector<profile::LineRow> rows = profile::line_rows(profile_);
        const auto is_native = [&](const profile::LineRow& row) {
            return profile_.functions[row.function].domain != profile::Domain::python;
        };
        if (!std::ranges::all_of(rows, is_native)) std::erase_if(rows, is_native);
        std::ranges::stable_sort(rows, std::greater{}, &profile::LineRow::own);
        return rows;
    }

    void lines() {
        const std::vector<profile::LineRow> rows = hot_lines();
        if (rows.empty()) return;
        title(row("own", "total", "py/nat/mpi", "ranks", "line", "source"));
        for (std::size_t i = 0; i < std::min(shown_beside_mpi(line_lines, 2), rows.size()); i++) {
            const profile::Cost& cost = rows[i].cost;
            const profile::Function& function = profile_.functions[rows[i].function];
            std::string source = sources_.line(function, rows[i].line);
            if (source.empty()) source = Sources::instead_of_line(function);
            line(row(share(rows[i].own), share(cost.total.weight), split(cost.split, cost.total.weight),
                     spread(cost.total_ranks), where(rows[i].function, rows[i].line), source));
        }
    }

    // The first ratio, such as instructions per cycle; without one the share of the first counter.
    std::string counter_titles(const std::vector<profile::Ratio>& ratios) const {
        if (!ratios.empty()) return fmt::format("{:>12}  ", ratios.front().name);
        return first_counter() == profile_.measures.size() ? "" : fmt::format("{:>12}  ", short_name());
    }
    std::string counter_cells(const std::vector<profile::Ratio>& ratios, const profile::Amount& amount) const {
        if (!ratios.empty()) {
            const std::optional<double> value = value_of(ratios.front(), amount);
            return value ? fmt::format("{:>12.3g}  ", *value) : fmt::format("{:>12}  ", "");
        }
        const std::size_t i = first_counter();
        if (i == profile_.measures.size()) return "";
        return fmt::format("{:>12}  ", percent(share_of(amount.measures[i], all_.measures[i])));
    }
    std::size_t first_counter() const {
        const auto is_first = [&](const profile::Measure& measure) {
            return !profile_.run.counters.empty() && measure.metric.name == profile_.run.counters.front();
        };
        return static_cast<std::size_t>(std::ranges::find_if(profile_.measures, is_first) - profile_.measures.begin());
    }
    // Without the component: "PAGE-FAULTS" of "perf::PAGE-FAULTS".
    std::string short_name() const {
        const std::string& name = profile_.run.counters.front();
        const std::size_t component = name.find("::");
        return fitted(component == std::string::npos ? name : name.substr(component + 2), 12, style_.unicode);
    }

    void kernels() {
        const auto rows = profile::kernel_rows(profile_);
        if (rows.empty()) return;
        const std::vector<profile::Ratio> ratios = profile::ratios_of(profile_);
        const auto print = [&](const std::string& counted, const std::string& name, const std::string& at,
                               const std::string& callers) {
            return counted + fitted(printable(name), style_.width - 64 - counted.size(), style_.unicode) + "  " +
                   fitted(printable(at), 20, style_.unicode) + "  " + printable(callers);
        };
        title(fmt::format("{:>7} {:>7}  ", "self", "total") +
              print(counter_titles(ratios), "kernel", "where", "called by"));
        for (std::size_t i = 0; i < std::min(shown_beside_mpi(kernel_lines, 2), rows.size()); i++) {
            const profile::KernelRow& kernel = rows[i];
            std::string callers;
            for (std::size_t c = 0; c < std::min<std::size_t>(2, kernel.callers.size()); c++) {
                const profile::Caller& caller = kernel.callers[c];
                callers += (c == 0 ? "" : ", ") + where(caller.function, caller.line);
            }
            line(fmt::format("{:>7} {:>7}  ", share(kernel.cost.self.weight), share(kernel.cost.total.weight)) +
                 print(counter_cells(ratios, kernel.cost.self), profile_.functions[kernel.function].name,
                       where(kernel.function, kernel.line), callers));
        }
    }

    // Where calls were counted: time and wait of all ranks, as shares of their wall-clock time.
    void mpi_calls() {
        if (calls_.empty()) return;
        const std::uint64_t wall = profile::time_of_ranks(profile_);
        title(row("time", "wait", "calls", "ranks", "called at", "MPI function"));
        for (std::size_t i = 0; i < std::min(shown(mpi_lines), calls_.size()); i++) {
            const profile::CountedCalls& calls = *calls_[i].counted;
            const profile::Location* const at =
                calls_[i].caller == profile::none ? nullptr : &profile_.locations[calls_[i].caller];
            const bool waits = calls.waiting != profile::Waiting::never;
            const std::string size = calls.bytes == 0 ? "" : ", " + bytes(calls.bytes / calls.count) + " each";
            line(row(percent(share_of(calls.time_ns, wall)), waits ? percent(share_of(calls.wait_ns, wall)) : "",
                     grouped(calls.count), spread(calls.time_ranks), at == nullptr ? "" : where(at->function, at->line),
                     calls_[i].call + size));
        }
    }

    void rank_line() {
        const auto rows = profile::rank_rows(profile_);
        if (rows.size() < 2) return;
        const auto computing = [](const profile::RankRow& row) {
            return row.self.weight - row.categories[static_cast<std::size_t>(Category::mpi)];
        };
        const auto [least, most] = std::ranges::minmax_element(rows, {}, computing);
        double mean = 0;
        for (const auto& row : rows) mean += static_cast<double>(computing(row)) / static_cast<double>(rows.size());
        const bool is_time = profile_.metric.unit == "nanoseconds";
        const auto figure = [&](std::uint64_t weight) { return is_time ? duration(weight) : grouped(weight); };
        title(fmt::format("Ranks outside MPI: {} (rank {}) to {} (rank {} on {}), mean {}, max/mean {:.2f}",
                          figure(computing(*least)), least->rank, figure(computing(*most)), most->rank,
                          printable(profile_.processes[most->process].host), figure(static_cast<std::uint64_t>(mean)),
                          mean > 0 ? static_cast<double>(computing(*most)) / mean : 1));
        efficiency_line();
    }

    void efficiency_line() {
        const std::optional<profile::Balance> balance = profile::balance_of(profile_);
        if (!balance) return;
        const char* const times = style_.unicode ? "×" : "x";
        const std::string communication =
            balance->transfer ? fmt::format("serialisation {} {} transfer {}", percent(*balance->serialisation), times,
                                            percent(*balance->transfer))
                              : "communication " + percent(balance->communication);
        const std::string efficiency =
            fmt::format("Parallel efficiency {} = load balance {} {} {}", percent(balance->parallel),
                        percent(balance->load), times, communication);
        const std::string lost =
            fmt::format("; lost: {} of {}{}", duration(balance->lost_to_imbalance + balance->lost_to_communication),
                        duration(balance->elapsed * balance->ranks.size()), balance->is_counted ? "" : " (of samples)");
        line(efficiency + (columns(efficiency + lost) <= style_.width ? lost : ""));
    }

    // As many lines as the screen still has, each sentence broken between words.
    void sentences() {
        const std::vector<std::string> found = findings(profile_);
        if (found.empty()) return;
        text_ += '\n';
        const auto used =
            static_cast<std::size_t>(std::ranges::count(text_, '\n')) + legend_lines + (calls_.empty() ? 0 : 1);
        std::size_t free = screen_lines > used ? screen_lines - used : 1;
        for (const std::string& sentence : found) {
            const std::vector<std::string> parts = wrapped(printable(sentence), style_.width - 2);
            if (parts.size() > free) return;
            free -= parts.size();
            const char* lead = style_.unicode ? "• " : "* ";
            for (const std::string& part : parts) {
                line(lead + part);
                lead = "  ";
            }
        }
    }

    void legend() {
        text_ += '\n';
        line("self: in the function; own: in the line and native code it calls; total: all below.");
        line("py/nat/mpi: how total divides, in %; ranks: largest / mean, and the rank with it.");
        if (!calls_.empty())
            line("MPI: shares of all ranks' wall time; wait: beyond the quickest call, at most, or by --mpi-sync.");
    }

    const Profile& profile_;
    const Options& options_;
    const Style& style_;
    profile::Amount all_;
    Sources sources_;
    std::string text_;
    std::vector<profile::MpiRow> calls_;  // that were counted
};

}  // namespace

std::string text(const Profile& profile, const Options& options, const Style& style) {
    Style usable = style;
    usable.width = std::max<std::size_t>(60, style.width);
    return Screen{profile, options, usable}.text();
}

}  // namespace pyprof::report
