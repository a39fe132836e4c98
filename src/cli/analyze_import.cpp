#include <map>
#include <memory>
#include <string>

#include "base/mapped_file.h"
#include "cli/analyze.h"
#include "cli/messages.h"
#include "cli/save_new.h"
#include "cli/terminal.h"
#include "imports/import.h"

namespace pyprof::cli {
namespace {

using imports::Format;

const std::map<std::string, Format> format_names = {
    {"collapsed", Format::collapsed}, {"cprofile", Format::cprofile}, {"pprof", Format::pprof}};

struct Choice {
    std::string file, output;
    std::string format;  // a key of format_names; empty: as the file looks
    imports::CollapsedUnits units;
};

int import_file(const Choice& choice) {
    const Result<MappedFile> file = MappedFile::open(choice.file);
    if (!file) return fail(exit_code::unreadable, file.error().message() + "; check the path and its permissions");
    const Format format = choice.format.empty() ? imports::format_of(file->bytes()) : format_names.at(choice.format);
    const Result<profile::Profile> profile = [&] {
        const Progress progress{"reading " + choice.file};
        return imports::import_profile(file->bytes(), format, choice.units);
    }();
    if (!profile) return fail(exit_code::unreadable, choice.file + ": " + profile.error().message());
    const Result<std::string> saved = save_new(*profile, choice.output);
    if (!saved) return fail(exit_code::usage, saved.error().message());
    if (*saved != choice.output) say(choice.output + " exists; wrote " + shell_word(*saved));
    return exit_code::success;
}

}  // namespace

void add_import(CLI::App& verb, int& exit_code) {
    const auto choice = std::make_shared<Choice>();
    verb.add_option("FILE", choice->file, "collapsed stacks, a pprof file or a file of cProfile")->required();
    verb.add_option("-o,--output", choice->output, "the profile to write; an existing one is kept")
        ->required()
        ->type_name("OUT");
    verb.add_option("--format", choice->format, "what FILE is; else as it looks")
        ->type_name("")
        ->check(CLI::IsMember(&format_names));
    verb.add_option("--unit", choice->units.unit, "of the values of collapsed stacks; else as a header says, or count")
        ->type_name("")
        ->check(CLI::IsMember({"count", "ns", "us", "ms", "s"}));
    verb.add_option("--mode", choice->units.mode, "what clock times of collapsed stacks are of; else wall")
        ->type_name("")
        ->check(CLI::IsMember({"cpu", "wall"}));
    verb.callback([choice, &exit_code] { exit_code = import_file(*choice); });
}

}  // namespace pyprof::cli
