#include <map>
#include <memory>

#include "base/replace_file.h"
#include "cli/analyze.h"
#include "cli/open_profile.h"
#include "cli/terminal.h"
#include "formats/collapsed.h"
#include "formats/pprof.h"
#include "formats/speedscope.h"
#include "report/options.h"

namespace pyprof::cli {
namespace {

using formats::Granularity;

enum class Format { collapsed, pprof, speedscope };

const std::map<std::string, Format> format_names = {
    {"collapsed", Format::collapsed}, {"pprof", Format::pprof}, {"speedscope", Format::speedscope}};
const std::map<std::string, Granularity> granularity_names = {{"function", Granularity::function},
                                                              {"line", Granularity::line}};

struct Choice {
    std::string file, output;
    std::string format;                    // a key of format_names
    std::string granularity = "function";  // a key of granularity_names
    report::Options options;
};

Result<std::string> written_as(const profile::Profile& profile, const Choice& choice) {
    const Granularity granularity = granularity_names.at(choice.granularity);
    switch (format_names.at(choice.format)) {
        case Format::collapsed:
            return formats::collapsed(profile, granularity);
        case Format::pprof:
            return formats::pprof(profile);
        case Format::speedscope:
            return formats::speedscope(profile, granularity);
    }
    return Error{"unknown format"};
}

int export_profile(const Choice& choice) {
    const Progress progress{"exporting " + choice.file};
    const Result<OpenedProfile> opened = open_profile(choice.file);
    if (!opened) return fail(exit_code::unreadable, opened.error().message());
    const Result<profile::Profile> profile = report::prepare(opened->profile, choice.options);
    if (!profile) return fail(exit_code::usage, choice.file + ": " + profile.error().message());
    const Result<std::string> bytes = written_as(*profile, choice);
    if (!bytes) return fail(exit_code::usage, bytes.error().message());
    if (choice.output == "-") return finish(*bytes, opened->damage);
    const Status saved = replace_file(choice.output, [&](std::ostream& out) { out << *bytes; });
    return saved ? finish("", opened->damage) : fail(exit_code::usage, saved.error().message());
}

}  // namespace

void add_export(CLI::App& verb, int& exit_code) {
    const auto choice = std::make_shared<Choice>();
    verb.add_option("FILE", choice->file, "profile")->required();
    verb.add_option("--format", choice->format, "of what program")
        ->required()
        ->type_name("")
        ->check(CLI::IsMember(&format_names));
    verb.add_option("-o,--output", choice->output, "the file to write, - for standard output")
        ->required()
        ->type_name("OUT");
    verb.add_option("--granularity", choice->granularity, "what is a frame in collapsed and speedscope")
        ->type_name("")
        ->check(CLI::IsMember(&granularity_names));
    verb.add_flag("--machinery", choice->options.machinery, "with the frames of the interpreter and of bindings");
    add_view_options(verb, choice->options);
    verb.callback([choice, &exit_code] { exit_code = export_profile(*choice); });
}

}  // namespace pyprof::cli
