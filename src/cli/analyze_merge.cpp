#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <memory>
#include <unistd.h>
#include <vector>

#include "cli/analyze.h"
#include "cli/messages.h"
#include "cli/open_profile.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "profile/save.h"

namespace pyprof::cli {
namespace {

struct Choice {
    std::vector<std::string> paths;
    std::string output;
};

// The path, or the first free numbered one, as an empty file of ours.
Result<std::string> reserve(const std::string& path) {
    constexpr int most = 10'000;
    for (int number = 1; number < most; number++) {
        const std::string candidate = numbered_output(path, number);
        const int file = open(candidate.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (file >= 0) {
            close(file);
            return candidate;
        }
        if (errno != EEXIST) break;
    }
    return Error{"cannot write " + path + ": " + std::strerror(errno) + "; choose another place with -o"};
}

// Never over another file: says which name it took.
Result<std::string> save_new(const profile::Profile& profile, const std::string& path) {
    Result<std::string> reserved = reserve(path);
    if (!reserved) return reserved.error();
    const Status saved = profile::save_file(profile, *reserved);
    if (saved) return reserved;
    unlink(reserved->c_str());
    return saved.error();
}

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
