#include "cli/diff_page.h"

#include <utility>

#include "diff/combined.h"
#include "profile/select.h"
#include "report/diff_text.h"

namespace pyprof::cli {
namespace {

formats::PageScale page_scale(const diff::Summary& side, const diff::Scale& scale) {
    return {side.name, scale.factor, scale.unit, side.workers};
}

}  // namespace

Result<Page> diff_page(const diff::Difference& difference, const profile::Profile& before,
                       const profile::Profile& after, bool with_source) {
    Result<Page> page = page_of(after, {.workers = report::Workers::joined}, with_source);
    if (!page) return page;
    diff::Combined combined = diff::combine(profile::with_workers_joined(before), page->profile);
    page->profile = std::move(combined.profile);
    page->parts.difference = formats::PageDifference{
        .before = std::move(combined.before),
        .period_ns = before.run.period_ns,
        .scale_before = page_scale(difference.before, difference.scale_before),
        .scale_after = page_scale(difference.after, difference.scale_after),
        .is_share = difference.is_share,
        .is_by_rank = difference.is_by_rank,
        .facts = report::diff_facts(difference),
        .legend = report::diff_legend(difference),
    };
    return page;
}

}  // namespace pyprof::cli
