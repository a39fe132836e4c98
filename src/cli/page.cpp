#include "cli/page.h"

#include "profile/select.h"
#include "report/findings.h"
#include "report/source_excerpts.h"

namespace pyprof::cli {

Result<Page> page_of(const profile::Profile& profile, report::Workers workers, bool with_source) {
    report::Options options;
    options.workers = workers;
    const Result<profile::Profile> prepared = report::prepare(profile, options);
    if (!prepared) return prepared.error();
    Page page{{}, {report::findings(*prepared), {}}};
    if (with_source) page.parts.sources = report::source_excerpts(profile);
    page.profile = workers == report::Workers::joined ? profile::with_workers_joined(profile)
                                                      : profile::with_workers_apart(profile);
    return page;
}

}  // namespace pyprof::cli
