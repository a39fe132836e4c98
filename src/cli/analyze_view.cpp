#include <chrono>
#include <fmt/core.h>
#include <memory>
#include <optional>
#include <pwd.h>
#include <string>
#include <unistd.h>

#include "cli/analyze.h"
#include "cli/browser.h"
#include "cli/environment.h"
#include "cli/messages.h"
#include "cli/open_profile.h"
#include "cli/page.h"
#include "cli/page_server_module.h"
#include "cli/terminal.h"

namespace pyprof::cli {
namespace {

constexpr std::chrono::minutes longest_idle{30};

struct Choice {
    std::string file;
    int port = 0;
    bool no_browser = false;
    report::Options options;
};

std::string user_name() {
    const passwd* const user = getpwuid(geteuid());
    return user == nullptr ? std::to_string(geteuid()) : user->pw_name;
}

std::string host_name() {
    char name[256] = {};
    return gethostname(name, sizeof name - 1) == 0 ? name : "HOST";
}

// The address stands on stdout, alone, so that a script can take it; remarks go to stderr.
Status tell(const PageServer& server, const std::string& file, const Environment& environment) {
    const Status printed = print(server.url() + "\n");
    if (!printed) return printed;
    say(fmt::format("shows {} to this machine only; ends at Ctrl-C, or {} minutes after the page was last opened",
                    shell_word(file), longest_idle.count()));
    if (const auto command = forward_command(environment, server.port(), user_name(), host_name()))
        say("from another machine: " + *command + "  and open the address there");
    return {};
}

int view(const Choice& choice) {
    const Result<OpenedProfile> opened = [&] {
        const Progress progress{"reading " + choice.file};
        return open_profile(choice.file);
    }();
    if (!opened) return fail(exit_code::unreadable, opened.error().message());
    if (!opened->damage.empty()) say(opened->damage);
    const Result<Page> page = page_of(opened->profile, choice.options, true);
    if (!page) return fail(exit_code::usage, page.error().message());
    const Result<std::unique_ptr<PageServer>> server =
        open_server_of_module(formats::html_page(page->profile, page->parts), choice.port);
    if (!server) return fail(exit_code::usage, server.error().message());
    const Environment environment{environ};
    const Status told = tell(**server, choice.file, environment);
    if (!told) return fail(exit_code::usage, told.error().message());
    std::optional<Result<OpenedBrowser>> browser;
    if (!choice.no_browser && has_browser(environment))
        browser.emplace(OpenedBrowser::open((*server)->url(), environment));
    if (browser && !*browser) say(browser->error().message() + "; open the address by hand");
    (*server)->serve(longest_idle);
    return opened->damage.empty() ? exit_code::success : exit_code::unreadable;
}

}  // namespace

void add_view(CLI::App& verb, int& exit_code) {
    const auto choice = std::make_shared<Choice>();
    verb.add_option("FILE", choice->file, "profile")->required();
    verb.add_option("--port", choice->port, "of 127.0.0.1; else any free one")
        ->type_name("N")
        ->check(CLI::Range(1, 65535));
    verb.add_option("--metric", choice->options.metric, "what the page shows first")->type_name("NAME");
    verb.add_option("--rank", choice->options.rank, "the rank that it shows first")->type_name("R");
    verb.add_flag("--no-browser", choice->no_browser, "print the address only");
    verb.callback([choice, &exit_code] { exit_code = view(*choice); });
}

}  // namespace pyprof::cli
