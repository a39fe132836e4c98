#include "report/html_text.h"

#include "tests/support/catch.h"

namespace pyprof::report {
namespace {

TEST_CASE("No character of a text is markup or controls a terminal") {
    CHECK(html_text("<a href='x'>&\"\x1b") == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;?");
}

TEST_CASE("A list has a point for each sentence") {
    CHECK(html_list({"a <b>", "c"}) == "<ul>\n<li>a &lt;b&gt;</li>\n<li>c</li>\n</ul>\n");
}

}  // namespace
}  // namespace pyprof::report
