#include <map>
#include <memory>

#include "base/replace_file.h"
#include "cli/analyze.h"
#include "cli/open_profile.h"
#include "cli/terminal.h"
#include "formats/callgrind.h"
#include "formats/chrome.h"
#include "formats/collapsed.h"
#include "formats/csv.h"
#include "formats/firefox.h"
#include "formats/hatchet.h"
#include "formats/pprof.h"
#include "formats/pstats.h"
#include "formats/speedscope.h"
#include "formats/svg.h"
#include "report/options.h"

namespace pyprof::cli {
namespace {

using formats::Granularity;
using profile::Profile;
using Bytes = Result<std::string>;
using Write = Bytes (*)(const Profile&, Granularity);

const std::map<std::string, Write> formats_by_name = {
    {"callgrind", [](const Profile& profile, Granularity) -> Bytes { return formats::callgrind(profile); }},
    {"chrome", [](const Profile& profile, Granularity) -> Bytes { return formats::chrome(profile); }},
    {"collapsed",
     [](const Profile& profile, Granularity frame) -> Bytes { return formats::collapsed(profile, frame); }},
    {"csv", [](const Profile& profile, Granularity frame) -> Bytes { return formats::csv(profile, frame); }},
    {"firefox", [](const Profile& profile, Granularity) -> Bytes { return formats::firefox(profile); }},
    {"hatchet", [](const Profile& profile, Granularity frame) -> Bytes { return formats::hatchet(profile, frame); }},
    {"pprof", [](const Profile& profile, Granularity) -> Bytes { return formats::pprof(profile); }},
    {"pstats", [](const Profile& profile, Granularity) -> Bytes { return formats::pstats(profile); }},
    {"speedscope",
     [](const Profile& profile, Granularity frame) -> Bytes { return formats::speedscope(profile, frame); }},
    {"svg", [](const Profile& profile, Granularity frame) -> Bytes { return formats::svg(profile, frame); }},
};
const std::map<std::string, Granularity> granularity_names = {{"function", Granularity::function},
                                                              {"line", Granularity::line}};

struct Choice {
    std::string file, output;
    std::string format;                    // a key of formats_by_name
    std::string granularity = "function";  // a key of granularity_names
    report::Options options;
};

int export_profile(const Choice& choice) {
    const Progress progress{"exporting " + choice.file};
    const Result<OpenedProfile> opened = open_profile(choice.file);
    if (!opened) return fail(exit_code::unreadable, opened.error().message());
    const Result<Profile> profile = report::prepare(opened->profile, choice.options);
    if (!profile) return fail(exit_code::usage, choice.file + ": " + profile.error().message());
    const Write write = formats_by_name.at(choice.format);
    const Bytes bytes = write(*profile, granularity_names.at(choice.granularity));
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
        ->check(CLI::IsMember(&formats_by_name));
    verb.add_option("-o,--output", choice->output, "the file to write, - for standard output")
        ->required()
        ->type_name("OUT");
    verb.add_option("--granularity", choice->granularity, "what is a frame where the format has a choice")
        ->type_name("")
        ->check(CLI::IsMember(&granularity_names));
    verb.add_flag("--machinery", choice->options.machinery, "with the frames of the interpreter and of bindings");
    add_view_options(verb, choice->options);
    verb.callback([choice, &exit_code] { exit_code = export_profile(*choice); });
}

}  // namespace pyprof::cli
