// Saved profiles from anywhere: whatever loads can be summed, shown and exported.
#include <cstddef>
#include <cstdint>
#include <span>

#include "formats/callgrind.h"
#include "formats/chrome.h"
#include "formats/collapsed.h"
#include "formats/csv.h"
#include "formats/firefox.h"
#include "formats/hatchet.h"
#include "formats/html_block.h"
#include "formats/pstats.h"
#include "formats/svg.h"
#include "profile/load.h"
#include "report/json.h"
#include "report/text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace pyprof;
    const Result<profile::Loaded> loaded = profile::load({reinterpret_cast<const std::byte*>(data), size});
    if (!loaded) return 0;
    const report::Options options;
    const Result<profile::Profile> prepared = report::prepare(loaded->profile, options);
    if (!prepared) return 0;
    report::text(*prepared, options, {});
    report::json(*prepared, options);
    formats::callgrind(*prepared);
    formats::chrome(*prepared);
    formats::html_block(loaded->profile, {}, 1000);
    formats::collapsed(*prepared, formats::Granularity::line);
    formats::csv(*prepared, formats::Granularity::line);
    formats::firefox(*prepared);
    (void)formats::hatchet(*prepared, formats::Granularity::function);
    formats::pstats(*prepared);
    formats::svg(*prepared, formats::Granularity::line);
    return 0;
}
