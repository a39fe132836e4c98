#include <iostream>
#include <memory>
#include <vector>

#include "cli/analyze.h"
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

int merge(const Choice& choice) {
    Result<MergedProfile> merged = [&] {
        const Progress progress{"merging"};
        return merge_paths(choice.paths);
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
