#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <unistd.h>
#include <vector>

#include "cli/analyze.h"
#include "cli/job.h"
#include "cli/merge_shares.h"
#include "cli/messages.h"
#include "cli/open_profile.h"
#include "cli/save_new.h"
#include "cli/terminal.h"
#include "profile/save.h"

namespace pyprof::cli {
namespace {

struct Choice {
    std::vector<std::string> paths;
    std::string output;
};

// Beside the output, the same for all ranks that the launcher started.
std::string folder_of_shares(const std::string& output) {
    char host[256] = {};
    gethostname(host, sizeof host - 1);
    const Environment environment{environ};
    const JobSource source{host, identify(getpid()), identify(getppid()), rank_from(environment)};
    return output + ".shares-" + job_key(environment, source);
}

std::chrono::seconds patience() {
    constexpr int usual_s = 60;
    const char* wanted = std::getenv("PYPROF_MERGE_WAIT");
    const int wanted_s = wanted == nullptr ? 0 : std::atoi(wanted);
    return std::chrono::seconds{wanted_s > 0 ? wanted_s : usual_s};
}

int merge(const Choice& choice) {
    const std::optional<RankPlace> place = place_under_launcher();
    const SharedMerge shares{place.value_or(RankPlace{}), folder_of_shares(choice.output), patience()};
    if (place && place->rank > 0) {
        if (place->rank < place->size) shares.give(files_before_naming(choice.paths));
        return exit_code::success;
    }
    const auto take = [&](const auto& files, FileFaults& faults) { return shares.take(files, faults); };
    Result<MergedProfile> merged = [&] {
        const Progress progress{"merging"};
        return merge_paths(choice.paths, place && place->size > 1 ? TreeSum{take} : sum_of_trees);
    }();
    if (!merged) return fail(exit_code::unreadable, merged.error().message());
    const Result<std::string> saved = save_new(merged->profile, choice.output);
    if (!saved) return fail(exit_code::usage, saved.error().message());
    for (const std::string& sentence : merged->unreadable) say("left out: " + sentence);
    const std::string instead = *saved == choice.output ? "" : " (" + choice.output + " exists)";
    say(std::to_string(merged->profile.process_count()) + " processes -> " + shell_word(*saved) + instead);
    return finish("", merged->unreadable.empty() ? merged->damage : "the profile holds what could be saved");
}

// All that standard input holds.
std::string read_path() {
    std::string path;
    std::getline(std::cin, path, '\0');
    return path;
}

int name(const std::string& file) {
    const std::string path = file == "-" ? read_path() : file;
    if (path.empty()) return exit_code::success;
    const Result<OpenedProfile> opened = [&] {
        const Progress progress{"naming functions"};
        return open_profile(path);
    }();
    if (!opened) return fail(exit_code::unreadable, opened.error().message());
    if (opened->had_names) return exit_code::success;
    const Status saved = profile::save_file(opened->profile, path);
    return saved ? exit_code::success : fail(exit_code::usage, saved.error().message());
}

}  // namespace

void add_merge(CLI::App& verb, int& exit_code) {
    const auto choice = std::make_shared<Choice>();
    verb.add_option("FILE|DIR", choice->paths, "recordings, gathered files, profiles, and folders of these")
        ->required();
    verb.add_option("-o,--output", choice->output, "the profile to write; an existing one is kept")
        ->required()
        ->type_name("OUT");
    verb.callback([choice, &exit_code] { exit_code = merge(*choice); });
}

void add_name(CLI::App& verb, int& exit_code) {
    const auto path = std::make_shared<std::string>();
    verb.add_option("FILE", *path, "gathered profile, replaced by the named one; - reads its path")->required();
    verb.callback([path, &exit_code] { exit_code = name(*path); });
}

}  // namespace pyprof::cli
