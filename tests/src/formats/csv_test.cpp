#include "formats/csv.h"

#include <sstream>

#include "profile/sums.h"
#include "tests/support/catch.h"
#include "tests/support/profile_builder.h"
#include "tests/support/sample_profile.h"

namespace pyprof::formats {
namespace {

TEST_CASE("Contexts are rows, callers first, with the threads that have figures there") {
    const std::string ten = std::to_string(10 * test_support::ProfileBuilder::period_ns);
    const std::string thirty = std::to_string(30 * test_support::ProfileBuilder::period_ns);
    const std::string header =
        "context,parent,depth,function,file,line,domain,module,rank,host,pid,tid,thread,self_ns,samples\n";
    CHECK(csv(test_support::small_profile(), Granularity::function) ==
          header + "1,,1,main,/home/user/app.py,10,python,,,here,100,100,python3," + ten + ",10\n" +
              "2,1,2,work,/home/user/app.py,1,python,,,here,100,100,python3," + thirty + ",30\n");
    CHECK(csv(test_support::small_profile(), Granularity::line).find("1,,1,main,/home/user/app.py,12,python") !=
          std::string::npos);
}

TEST_CASE("A context without figures of its own has a row without a thread") {
    test_support::ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(2, 7, "here"), 8, "t", true);
    const std::uint32_t f = make.location(make.python("f", "a.py", 1), 1);
    const std::uint32_t g = make.location(make.native("g", make.module("/lib/g.so")));
    make.add(make.path(0, {f, g}), thread, 1);
    const std::string text = csv(make.build(), Granularity::function);
    CHECK(text.find("\n1,,1,f,a.py,1,python,,,,,,,0,0\n") != std::string::npos);
    CHECK(text.find("\n2,1,2,g,/lib/g.so,,native,/lib/g.so,2,here,7,8,t,5025125,1\n") != std::string::npos);
}

TEST_CASE("Counters are columns, also where nothing was sampled") {
    test_support::ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(-1, 7, "here"), 8, "t", true);
    const std::uint32_t frame = make.path(0, {make.location(make.python("f", "a.py", 1), 1)});
    make.measure("PAPI_TOT_INS", "count", frame, thread, 77);
    const std::string text = csv(make.build(), Granularity::function);
    CHECK(text.find("self_ns,samples,PAPI_TOT_INS\n1,,1,f,a.py,1,python,,,here,7,8,t,0,0,77\n") != std::string::npos);
}

TEST_CASE("Names are quoted where a reader would take them for more than text") {
    test_support::ProfileBuilder make;
    const std::uint32_t thread = make.thread(make.process(-1, 7, "here"), 8, "t", true);
    for (const char* name : {"a,b", "say \"x\"", "two\nlines", "=cmd()", "-x"})
        make.add(make.path(0, {make.location(make.python(name, "a.py", 1), 1)}), thread, 1);
    const std::string text = csv(make.build(), Granularity::function);
    for (const char* quoted : {",\"a,b\",", ",\"say \"\"x\"\"\",", ",\"two\nlines\",", ",'=cmd(),", ",'-x,"})
        CHECK(text.find(quoted) != std::string::npos);
}

}  // namespace
}  // namespace pyprof::formats
