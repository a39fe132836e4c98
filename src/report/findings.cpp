#include "report/findings.h"

#include <algorithm>
#include <fmt/core.h>
#include <functional>
#include <optional>
#include <set>
#include <string_view>

#include "profile/compiling.h"
#include "profile/interval.h"
#include "profile/mpi_calls.h"
#include "profile/views.h"
#include "report/words.h"

namespace pyprof::report {
namespace {

using profile::Category;
using profile::Profile;
using profile::Split;

// Shares from which on a figure is worth a sentence.
constexpr double noteworthy = 0.05;
constexpr double late_share = 0.12;
constexpr double uneven = 1.15;  // largest rank ÷ mean
constexpr std::uint64_t few_samples = 200;

using Sentences = std::vector<std::string>;

std::string function_at(const Profile& profile, std::uint32_t index, std::uint32_t line) {
    const profile::Function& function = profile.functions[index];
    const std::string at = place(function.file, line);
    return at.empty() ? function.name : fmt::format("{} ({})", function.name, at);
}

std::uint64_t part(const Split& split, Category category) { return split[static_cast<std::size_t>(category)]; }

void about_python(const Profile& profile, Sentences& out) {
    std::set<std::string> messages;
    for (const profile::Process& process : profile.processes) {
        if (!process.python_message.empty()) messages.insert(process.python_message);
    }
    for (const std::string& message : messages) out.push_back("Python frames are missing: " + message + ".");
}

std::uint64_t losses_by(const profile::Quality& quality, std::string_view cause) {
    const auto loss = std::ranges::find(quality.lost, cause, &profile::Loss::cause);
    return loss == quality.lost.end() ? 0 : loss->count;
}

// Expiries that came in one signal with others, though nothing of pyprof's held them up (decision 127).
double share_noticed_late(const profile::Quality& quality) {
    const std::uint64_t known = quality.signals + losses_by(quality, "thread_late") +
                                losses_by(quality, "sample_spared") + losses_by(quality, "reentered") +
                                losses_by(quality, "memory_full");
    return quality.samples > known ? share_of(quality.samples - known, quality.samples) : 0;
}

void about_engine(const Profile& profile, Sentences& out) {
    const profile::Quality& quality = profile.quality;
    if (quality.expected <= few_samples) return;
    if (profile.run.engine == "perf" && quality.signals * 10 < quality.expected * 8) {
        const std::uint64_t late = quality.expected - quality.signals;
        out.push_back(fmt::format(
            "{} of the CPU time came without a sample, most likely in the kernel, which the engine perf does "
            "not interrupt: it stands at what the program did next.",
            percent(share_of(late, quality.expected))));
    }
    if (const double late = share_noticed_late(quality); profile.run.engine == "cpu" && late > late_share) {
        out.push_back(fmt::format(
            "{} of the expiries were noticed late: threads change places on a core faster than the system ticks, or "
            "the "
            "rate is above its ticks. Shares of what they do in turn may be far off; `--engine perf` needs no ticks.",
            percent(late)));
    }
}

void about_sampling(const Profile& profile, Sentences& out) {
    const profile::Quality& quality = profile.quality;
    const std::uint64_t samples = profile::sum_all(profile).samples;
    if (profile::is_sampled(profile) && samples < few_samples) {
        out.push_back(fmt::format(
            "Only {} stacks were sampled: shares below a few per cent mean little; run longer or raise --rate.",
            samples));
    }
    if (quality.cpu_covered > 0 && quality.cpu_covered < 0.97) {
        out.push_back(fmt::format("{} of the CPU time of the recorded processes is in no sample.",
                                  percent(1 - quality.cpu_covered)));
    }
    if (quality.wall_covered > 0 && quality.wall_covered < 0.97) {
        out.push_back(fmt::format("{} of the wall time of the recorded threads is charged to no line.",
                                  percent(1 - quality.wall_covered)));
    }
    about_engine(profile, out);
    if (quality.expected > few_samples && quality.samples * 10 < quality.expected * 8) {
        out.push_back(fmt::format("The system delivered {:.0f} Hz instead of {:.0f}; `pyprof doctor` says why.",
                                  quality.rate_delivered_hz, profile.run.rate_hz));
    }
    for (const profile::Loss& loss : quality.lost) {
        const double share = share_of(loss.count, std::max<std::uint64_t>(1, quality.signals));
        if (share >= noteworthy && !profile::is_guessed(loss)) {
            out.push_back(fmt::format("{} of the samples are affected by {}.", percent(share), loss.cause));
        }
    }
}

std::string call_at(const Profile& profile, const profile::MpiRow& row) {
    if (row.caller == profile::none) return row.call;
    const profile::Location& caller = profile.locations[row.caller];
    return row.call + " at " + place(profile.functions[caller.function].file, caller.line);
}

const char* words_of(profile::WaitState state) {
    constexpr const char* words[] = {"", " for senders", " for receivers", " for partners", "", ""};
    return words[static_cast<std::size_t>(state)];
}

std::string waiting_of(const Profile& profile, const profile::MpiRow& row, double share) {
    const profile::CountedCalls& calls = *row.counted;
    std::string sentence =
        fmt::format("{} waits{} {}{} of the time on {} of {} ranks", call_at(profile, row), words_of(calls.wait_state),
                    calls.waiting == profile::Waiting::at_most ? "at most " : "", percent(share), calls.waiting_ranks,
                    profile::ranks_of(profile).size());
    if (calls.latest_rank() >= 0)
        sentence += fmt::format(" for rank {}", calls.latest_rank());
    else
        sentence += fmt::format(", longest on rank {}", calls.wait_ranks->argmax);
    return sentence + ".";
}

// The two calls in which ranks wait longest, and for whom. False: nowhere for long.
bool about_waiting(const Profile& profile, std::vector<profile::MpiRow> rows, Sentences& out) {
    constexpr std::size_t most = 2;
    const auto waited = [](const profile::MpiRow& row) { return row.counted ? row.counted->wait_ns : 0; };
    std::ranges::stable_sort(rows, std::greater{}, waited);
    const std::uint64_t all = profile::time_of_ranks(profile);
    for (std::size_t i = 0; i < std::min(most, rows.size()); i++) {
        const double share = share_of(waited(rows[i]), all);
        if (share < noteworthy) return i != 0;
        out.push_back(waiting_of(profile, rows[i], share));
    }
    return true;
}

// Who waits for whom, else what the dearest call costs. Where calls were not counted, the rank that comes last spends
// least in one.
void about_mpi(const Profile& profile, std::uint64_t all, Sentences& out) {
    const std::vector<profile::MpiRow> rows = profile::mpi_rows(profile);
    const std::vector<std::int32_t> ranks = profile::ranks_of(profile);
    if (rows.empty() || ranks.size() < 2 || about_waiting(profile, rows, out)) return;
    const profile::MpiRow& call = rows.front();
    const double share = share_of(call.time(), call.counted ? profile::time_of_ranks(profile) : all);
    if (share < noteworthy) return;
    std::string sentence = fmt::format("{} takes {} of the time", call_at(profile, call), percent(share));
    const profile::Spread& spread = *call.time_ranks();
    if (!call.counted && static_cast<double>(spread.max) > uneven * spread.mean) {
        sentence += fmt::format("; rank {} spends {:.1f} times the mean in it and seems to wait for rank {}",
                                spread.argmax, static_cast<double>(spread.max) / spread.mean, spread.argmin);
    }
    out.push_back(sentence + ".");
}

// The rank that computes longest outside MPI, and the function in which it differs most from the mean.
void about_imbalance(const Profile& profile, Sentences& out) {
    const std::vector<profile::RankRow> ranks = profile::rank_rows(profile);
    if (ranks.size() < 2) return;
    const auto computing = [](const profile::RankRow& row) {
        return row.self.weight - part(row.categories, Category::mpi);
    };
    const profile::RankRow& slowest = *std::ranges::max_element(ranks, {}, computing);
    double mean = 0;
    for (const profile::RankRow& row : ranks) {
        mean += static_cast<double>(computing(row)) / static_cast<double>(ranks.size());
    }
    if (static_cast<double>(computing(slowest)) < uneven * mean) return;
    const profile::FunctionRow* most = nullptr;
    double difference = 0;
    const std::vector<profile::FunctionRow> functions = profile::function_rows(profile);
    for (const profile::FunctionRow& row : functions) {
        if (row.cost.self_ranks->argmax != slowest.rank) continue;
        if (profile.functions[row.function].domain == profile::Domain::mpi) continue;
        const double excess = static_cast<double>(row.cost.self_ranks->max) - row.cost.self_ranks->mean;
        if (most != nullptr && excess <= difference) continue;
        most = &row;
        difference = excess;
    }
    std::string sentence = fmt::format("Rank {} computes {:.2f} times as long as the mean", slowest.rank,
                                       static_cast<double>(computing(slowest)) / mean);
    if (most != nullptr) {
        sentence +=
            ", most of it in " + function_at(profile, most->function, profile.functions[most->function].first_line);
    }
    out.push_back(sentence + ".");
}

void about_kernels(const Profile& profile, std::uint64_t all, Sentences& out) {
    const std::vector<profile::KernelRow> kernels = profile::kernel_rows(profile);
    if (kernels.empty()) return;
    const profile::KernelRow& kernel = kernels.front();
    const double share = share_of(kernel.cost.self.weight, all);
    if (share < 0.25) return;
    const profile::Caller& caller = kernel.callers.front();
    out.push_back(fmt::format("The kernel {} takes {} of the time, called at {}.",
                              function_at(profile, kernel.function, kernel.line), percent(share),
                              place(profile.functions[caller.function].file, caller.line)));
}

void about_compiling(const Profile& profile, std::uint64_t all, Sentences& out) {
    const std::vector<profile::CompileRow> rows = profile::compile_rows(profile);
    std::uint64_t sum = 0;
    for (const profile::CompileRow& row : rows) sum += row.total.weight;
    if (share_of(sum, all) < noteworthy) return;
    std::string sentence = fmt::format("Compiling takes {} of the time", percent(share_of(sum, all)));
    constexpr std::size_t most_lines = 3;
    for (std::size_t i = 0; i < std::min(most_lines, rows.size()) && rows[i].caller != profile::none; i++) {
        const profile::Location& caller = profile.locations[rows[i].caller];
        sentence +=
            (i == 0 ? ", in first calls at " : ", ") + place(profile.functions[caller.function].file, caller.line);
    }
    if (rows.size() > most_lines) sentence += fmt::format(" and {} more lines", rows.size() - most_lines);
    out.push_back(sentence + ".");
}

void about_interpreter(const Profile& profile, std::uint64_t all, Sentences& out) {
    const Split categories = profile::category_sums(profile);
    const std::vector<profile::LineRow> lines = profile::line_rows(profile);
    const auto slow = std::ranges::max_element(lines, {}, [](const profile::LineRow& row) {
        return part(row.cost.split, Category::python) > 0 ? row.cost.self.weight : 0;
    });
    const bool any = slow != lines.end() && profile.functions[slow->function].domain == profile::Domain::python;
    if (any && share_of(slow->cost.self.weight, all) >= 0.2) {
        out.push_back(fmt::format("The interpreter itself spends {} of the time on the line {}.",
                                  percent(share_of(slow->cost.self.weight, all)),
                                  place(profile.functions[slow->function].file, slow->line)));
    }
    if (share_of(part(categories, Category::import), all) >= 2 * noteworthy) {
        out.push_back(fmt::format("Importing modules takes {} of the time.",
                                  percent(share_of(part(categories, Category::import), all))));
    }
    if (share_of(part(categories, Category::gc), all) >= noteworthy) {
        out.push_back(fmt::format("Garbage collection takes {} of the time.",
                                  percent(share_of(part(categories, Category::gc), all))));
    }
}

}  // namespace

std::vector<std::string> findings(const Profile& profile) {
    const std::uint64_t all = profile::sum_all(profile).weight;
    if (all == 0) return {"The profile holds no samples: the program used too little CPU time."};
    Sentences sentences = profile.run.notes;
    about_python(profile, sentences);
    about_sampling(profile, sentences);
    about_mpi(profile, all, sentences);
    about_imbalance(profile, sentences);
    about_kernels(profile, all, sentences);
    about_compiling(profile, all, sentences);
    about_interpreter(profile, all, sentences);
    if (sentences.size() > most_findings) sentences.resize(most_findings);
    return sentences;
}

}  // namespace pyprof::report
