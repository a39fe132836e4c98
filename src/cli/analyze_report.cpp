#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "cli/analyze.h"
#include "cli/open_profile.h"
#include "cli/page.h"
#include "cli/terminal.h"
#include "formats/html.h"
#include "report/json.h"
#include "report/options.h"
#include "report/table.h"
#include "report/tables.h"
#include "report/text.h"

namespace pyprof::cli {
namespace {

using report::By;

constexpr std::size_t usual_rows = 20;  // of a table for people

struct Choice {
    std::vector<std::string> files;
    std::string by;  // a key of lists; empty: the screen
    report::Options options;
    bool json = false, csv = false, markdown = false;
    std::string html;
    bool without_source = false;
    bool for_programs() const { return json || csv; }
};

const std::map<std::string, By> lists = {{"function", By::function}, {"line", By::line},     {"kernel", By::kernel},
                                         {"rank", By::rank},         {"thread", By::thread}, {"process", By::process},
                                         {"module", By::module},     {"mpi", By::mpi}};
const std::vector<std::string> list_names = {"function", "line",    "kernel", "rank",
                                             "thread",   "process", "module", "mpi"};

std::string table_text(const profile::Profile& profile, const Choice& choice) {
    report::Options options = choice.options;
    if (options.limit == 0 && !choice.csv) options.limit = usual_rows;
    const report::Table table =
        report::table_of(profile, choice.by.empty() ? By::function : lists.at(choice.by), options);
    if (choice.csv) return report::as_csv(table);
    if (choice.markdown) return report::as_markdown(table);
    return report::as_text(table, stdout_style());
}

Status write_page(const profile::Profile& profile, const Choice& choice) {
    const Result<Page> page = page_of(profile, choice.options, !choice.without_source);
    if (!page) return page.error();
    return formats::write_html(page->profile, page->parts, choice.html);
}

int report_file(const std::string& path, const Choice& choice) {
    Result<OpenedProfile> opened = [&] {
        const Progress progress{"reading " + path};
        return open_profile(path);
    }();
    if (!opened) return fail(exit_code::unreadable, opened.error().message());
    const Result<profile::Profile> profile = report::prepare(opened->profile, choice.options);
    if (!profile) return fail(exit_code::usage, path + ": " + profile.error().message());
    if (!choice.html.empty()) {
        const Status written = write_page(opened->profile, choice);
        if (!written) return fail(exit_code::usage, written.error().message());
        return finish("", opened->damage);
    }
    std::string text;
    if (choice.json) {
        text = report::json(*profile, choice.options);
    } else if (!choice.by.empty() || choice.csv || choice.markdown) {
        text = table_text(*profile, choice);
    } else {
        text = report::text(*profile, choice.options, stdout_style());
    }
    if (choice.files.size() > 1) text.insert(0, "== " + path + " ==\n");
    return finish(text, opened->damage);
}

int run(const Choice& choice) {
    if (choice.json + choice.csv + choice.markdown + !choice.html.empty() > 1) {
        return fail(exit_code::usage, "--json, --csv, --markdown and --html exclude each other; choose one");
    }
    if (choice.without_source && choice.html.empty()) {
        return fail(exit_code::usage, "--no-source is about the page: give --html OUT too");
    }
    const bool one_document = choice.for_programs() || !choice.html.empty();
    if (choice.files.size() > 1 && one_document) {
        return fail(exit_code::usage, "--json, --csv and --html take one FILE; `pyprof merge` makes one of several");
    }
    int worst = exit_code::success;
    for (const std::string& file : choice.files) worst = std::max(worst, report_file(file, choice));
    return worst;
}

}  // namespace

void add_report(CLI::App& verb, int& exit_code) {
    const auto choice = std::make_shared<Choice>();
    verb.add_option("FILE", choice->files, "profiles")->required();
    verb.add_option("--by", choice->by, "one list instead of the screen")
        ->type_name("")
        ->check(CLI::IsMember(list_names));
    verb.add_option("--metric", choice->options.metric, "what to sort by: cpu (or wall) or samples")->type_name("NAME");
    add_view_options(verb, choice->options);
    verb.add_option("--limit", choice->options.limit, "rows of a list")->type_name("N");
    verb.add_flag("--json", choice->json, "everything, schema pyprof.report/1");
    verb.add_flag("--csv", choice->csv, "a list (--by) with all its rows");
    verb.add_flag("--markdown", choice->markdown, "a list (--by) as a table");
    verb.add_option("--html", choice->html, "a page with all views")->type_name("OUT");
    verb.add_flag("--no-source", choice->without_source, "leave the text of source files out of the page");
    verb.callback([choice, &exit_code] { exit_code = run(*choice); });
}

}  // namespace pyprof::cli
