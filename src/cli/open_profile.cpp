#include "cli/open_profile.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/mapped_file.h"
#include "cli/recordings.h"
#include "gather/bytes.h"
#include "gather/files.h"
#include "gather/many_files.h"
#include "merge/pipeline.h"
#include "profile/join.h"
#include "profile/load.h"
#include "symbols/cache.h"

namespace pyprof::cli {
namespace {

namespace fs = std::filesystem;

// How the notes of a gathered tree begin that tell of its own damage (docs/formats/gathered.md).
constexpr std::string_view damage_note = "a gathered profile is damaged";

std::string damage_of(const gather::Tree& tree) {
    for (const std::string& note : tree.notes) {
        if (note.starts_with(damage_note)) return note + ".";
    }
    const auto damaged = std::ranges::find_if(tree.processes, [](const auto& p) { return p.damaged_bytes != 0; });
    if (damaged == tree.processes.end()) return "";
    return std::to_string(damaged->damaged_bytes) + " bytes of the recording of process " +
           std::to_string(damaged->pid) + " could not be read.";
}

enum class Kind { named, gathered, recording, other };

Kind kind_of(const MappedFile& file) {
    if (profile::is_saved_profile(file.bytes())) return Kind::named;
    if (gather::is_gathered(file.bytes())) return Kind::gathered;
    constexpr std::string_view recording = "PYPFREC1";
    const std::string_view begin{reinterpret_cast<const char*>(file.bytes().data()),
                                 std::min(file.bytes().size(), recording.size())};
    return begin == recording ? Kind::recording : Kind::other;
}

// What is wrong and where, empty if nothing is.
std::string at(const std::string& path, const std::string& damage) {
    return damage.empty() ? "" : path + ": " + damage;
}

Result<OpenedProfile> load_named(const std::string& path, const MappedFile& file) {
    Result<profile::Loaded> loaded = profile::load(file.bytes());
    if (!loaded) return Error{path + ": " + loaded.error().message()};
    return OpenedProfile{std::move(loaded->profile), at(path, loaded->damage), true};
}

// The files of a folder that merge_paths() reads, sorted; not what is already part of a gathered file.
std::vector<std::string> profiles_in(const std::string& folder) {
    std::vector<std::string> paths = find_recordings({folder}, "").complete;
    std::error_code problem;
    for (const fs::directory_entry& entry : fs::directory_iterator{folder, problem}) {
        if (entry.path().extension() == ".pyprof" && entry.is_regular_file(problem)) paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

// Files of this kind are never named.
bool is_before_naming(const std::string& path) {
    return path.ends_with(".rec") || path.ends_with(".rec.done") || path.ends_with(".gath");
}

// What paths stand for.
struct Files {
    std::vector<std::string> before_naming;  // or no profiles at all
    std::vector<std::string> named;
    std::vector<std::string> empty;  // folders
};

void list_file(const std::string& path, Files& files) {
    if (is_before_naming(path)) return files.before_naming.push_back(path);
    const Result<MappedFile> file = MappedFile::open(path);
    const bool is_named = file && kind_of(*file) == Kind::named;
    (is_named ? files.named : files.before_naming).push_back(path);
}

Files list_files(const std::vector<std::string>& paths) {
    Files files;
    std::error_code problem;
    for (const std::string& path : paths) {
        if (!fs::is_directory(path, problem)) {
            list_file(path, files);
            continue;
        }
        const std::vector<std::string> inside = profiles_in(path);
        if (inside.empty()) files.empty.push_back(path);
        for (const std::string& file : inside) list_file(file, files);
    }
    return files;
}

// Adds up what it is given: trees before naming, so that every library is opened once, and named profiles.
class Merger {
public:
    explicit Merger(const TreeSum& sum) : sum_{sum} {}

    void add(const Files& files) {
        for (const std::string& folder : files.empty)
            unreadable_.push_back(folder + ": holds no recording and no profile");
        for (const std::string& path : files.named) add_named(path);
        if (!files.before_naming.empty()) add_trees(files.before_naming);
    }

    Result<MergedProfile> finish() {
        if (profiles_.empty()) {
            return Error{unreadable_.empty() ? "nothing to merge; give files or folders" : unreadable_.front()};
        }
        MergedProfile merged{profile::join(profiles_), std::move(unreadable_), std::move(damage_)};
        for (const std::string& sentence : merged.unreadable) {
            merged.profile.run.notes.push_back("Left out of the merge: " + sentence + ".");
        }
        return merged;
    }

private:
    void add_named(const std::string& path) {
        const Result<MappedFile> file = MappedFile::open(path);
        Result<OpenedProfile> opened = file ? load_named(path, *file) : Result<OpenedProfile>{file.error()};
        if (!opened) return unreadable_.push_back(opened.error().message());
        if (damage_.empty()) damage_ = opened->damage;
        profiles_.push_back(std::move(opened->profile));
    }

    void add_trees(const std::vector<std::string>& files) {
        FileFaults faults{files.size()};
        const gather::Tree sum = sum_(files, faults);
        const auto is_said = [](const std::string& sentence) { return !sentence.empty(); };
        std::ranges::copy_if(faults.errors, std::back_inserter(unreadable_), is_said);
        if (std::ranges::all_of(faults.errors, is_said)) return;
        const auto damage = std::ranges::find_if(faults.damages, is_said);
        if (damage_.empty() && damage != faults.damages.end()) damage_ = *damage;
        Result<profile::Profile> named = name_tree(sum);
        if (named)
            profiles_.insert(profiles_.begin(), *std::move(named));
        else
            unreadable_.push_back(named.error().message());
    }

    const TreeSum& sum_;
    std::vector<profile::Profile> profiles_;
    std::vector<std::string> unreadable_;
    std::string damage_;
};

}  // namespace

Result<profile::Profile> name_tree(const gather::Tree& tree) {
    merge::MergeOptions options;
    options.symbols.cache_folder = symbols::default_cache_folder();
    const char* wanted = std::getenv("PYPROF_DEBUGINFOD");
    options.symbols.debuginfod = wanted != nullptr && std::string_view{wanted} == "1";
    return merge::merge(tree, options);
}

Result<OpenedProfile> open_profile(const std::string& path) {
    std::error_code problem;
    if (fs::is_directory(path, problem)) {
        return Error{path + " is a folder; `pyprof merge " + path + " -o OUT.pyprof` makes one profile of it"};
    }
    const Result<MappedFile> file = MappedFile::open(path);
    if (!file) return Error{file.error().message() + "; check the path and its permissions"};
    const Kind kind = kind_of(*file);
    if (kind == Kind::named) return load_named(path, *file);
    if (kind == Kind::other) {
        return Error{path + " is not a pyprof profile; pyprof writes files that end in .pyprof"};
    }
    const Result<gather::Tree> tree = gather::gather_file(path);
    if (!tree) return tree.error();
    Result<profile::Profile> named = name_tree(*tree);
    if (!named) return Error{path + ": " + named.error().message()};
    return OpenedProfile{*std::move(named), at(path, damage_of(*tree)), false};
}

gather::Tree sum_of_trees(const std::vector<std::string>& files, FileFaults& faults) {
    return gather::sum_of_files(files, [&](std::size_t i, const Result<gather::Tree>& tree) {
        if (tree)
            faults.damages[i] = at(files[i], damage_of(*tree));
        else
            faults.errors[i] = tree.error().message();
    });
}

std::vector<std::string> files_before_naming(const std::vector<std::string>& paths) {
    return list_files(paths).before_naming;
}

Result<MergedProfile> merge_paths(const std::vector<std::string>& paths, const TreeSum& sum) {
    Merger merger{sum};
    merger.add(list_files(paths));
    return merger.finish();
}

}  // namespace pyprof::cli
