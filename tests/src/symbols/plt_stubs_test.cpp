#include "symbols/plt_stubs.h"

#include <map>
#include <sstream>

#include "tests/support/catch.h"
#include "tests/support/command_output.h"

namespace pyprof::symbols {
namespace {

// "0000000000001030 <free@plt>:" as objdump labels stubs.
std::map<std::uint64_t, std::string> stubs_of_objdump(const std::string& path) {
    std::map<std::uint64_t, std::string> stubs;
    std::istringstream lines{test_support::output_of("objdump -d -j .plt -j .plt.sec -j .plt.got " + path)};
    for (std::string line; std::getline(lines, line);) {
        const std::size_t open = line.find(" <");
        const std::size_t close = line.find("@plt>:");
        if (open == std::string::npos || close == std::string::npos || line.find('*') != std::string::npos) continue;
        stubs[std::stoull(line, nullptr, 16)] = line.substr(open + 2, close - open - 2) + "@plt";
    }
    return stubs;
}

TEST_CASE("stubs are named as objdump names them") {
    const std::string path = GENERATE(std::string{PYPROF_BINARIES "/libplain.so"}, std::string{"/usr/bin/python3"});
    const Result<ElfFile> file = ElfFile::open(path);
    if (!file) return;
    TextTable texts;
    std::map<std::uint64_t, std::string> found;
    for (const Interval& stub : read_plt_stubs(*file, texts)) found[stub.begin] = texts[stub.value];
    std::size_t checked = 0;
    for (const auto& [address, name] : stubs_of_objdump(path)) {
        CAPTURE(path, address);
        REQUIRE(found.count(address) == 1);
        CHECK(found[address] == name);
        checked++;
    }
    CHECK(checked >= 3);
}

}  // namespace
}  // namespace pyprof::symbols
