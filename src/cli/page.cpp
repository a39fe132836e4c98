#include "cli/page.h"

#include "profile/select.h"
#include "report/findings.h"
#include "report/source_excerpts.h"

namespace pyprof::cli {

Result<Page> page_of(const profile::Profile& profile, const report::Options& options, bool with_source) {
    if (options.metric == report::samples_metric)
        return Error{"a page shows samples beside each metric; choose the time or a counter, or leave --metric out"};
    const Result<profile::Profile> chosen = report::prepare(profile, options);
    if (!chosen) return chosen.error();
    const Result<profile::Profile> all = report::prepare(profile, {.workers = options.workers});
    if (!all) return all.error();
    Page page{{}, {report::findings(*all), {}, {options.rank, options.metric}}};
    if (with_source) page.parts.sources = report::source_excerpts(profile);
    page.profile = options.workers == report::Workers::joined ? profile::with_workers_joined(profile)
                                                              : profile::with_workers_apart(profile);
    return page;
}

}  // namespace pyprof::cli
