#include "formats/html.h"

#include <ostream>
#include <string_view>

#include "base/check.h"
#include "base/replace_file.h"
#include "formats/gzip.h"

// viewer_page.S: viewer/dist/viewer.html as it was built.
extern "C" const char pyprof_viewer_page[];
extern "C" const char pyprof_viewer_page_end[];

namespace pyprof::formats {
namespace {

// Stands once in the built page, where the data block goes.
constexpr std::string_view slot = "@PYPROF_DATA@";

std::string_view viewer_page() {
    return {pyprof_viewer_page, static_cast<std::size_t>(pyprof_viewer_page_end - pyprof_viewer_page)};
}

}  // namespace

std::string html_page(const profile::Profile& profile, const PageParts& parts, std::size_t most_contexts) {
    const std::string_view page = viewer_page();
    const std::size_t at = page.find(slot);
    PYPROF_CHECK(at != std::string_view::npos);
    std::string out{page.substr(0, at)};
    out += base64(gzip(html_block(profile, parts, most_contexts)));
    out += page.substr(at + slot.size());
    return out;
}

Status write_html(const profile::Profile& profile, const PageParts& parts, const std::string& path) {
    return replace_file(path, [&](std::ostream& out) { out << html_page(profile, parts); });
}

}  // namespace pyprof::formats
