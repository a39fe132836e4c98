// What naming costs: distinct addresses of one library, first without a cache, then from the cache.
//   symbol_speed FILE [ADDRESSES]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <vector>

#include "symbols/module_symbols.h"
#include "tests/support/temporary_folder.h"

using namespace pyprof;

namespace {

double milliseconds_of(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

// Spread over all code by chance, with a fixed seed; each address once.
std::vector<ModuleOffset> addresses_of(const symbols::ElfFile& file, std::size_t count) {
    std::mt19937_64 random{1};
    std::set<std::uint64_t> chosen;
    const AddressRange code = file.code().front();
    const std::uint64_t bytes = code.end - code.begin;
    while (chosen.size() < std::min<std::uint64_t>(count, bytes / 2))
        chosen.insert(code.begin.value() + random() % bytes);
    std::vector<ModuleOffset> addresses;
    for (const std::uint64_t address : chosen) addresses.emplace_back(address);
    return addresses;
}

}  // namespace

int main(int argc, char** argv) {
    const Result<symbols::ElfFile> file = symbols::ElfFile::open(argc > 1 ? argv[1] : "");
    if (!file || file->code().empty()) {
        std::fprintf(stderr, "usage: symbol_speed FILE [ADDRESSES]\n");
        return 2;
    }
    const std::size_t count = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 50'000;
    const std::vector<ModuleOffset> addresses = addresses_of(*file, count);
    const test_support::TemporaryFolder folder;
    symbols::Options options;
    options.cache_folder = folder.path();
    for (const char* round : {"cold", "cached"}) {
        std::size_t frames = 0;
        std::unique_ptr<symbols::ModuleSymbols> module;
        const double open_ms = milliseconds_of([&] { module = symbols::ModuleSymbols::open(argv[1], "", options); });
        const double lookup_ms = milliseconds_of([&] {
            std::vector<symbols::Frame> found;
            module->read_ahead(addresses);
            for (const ModuleOffset address : addresses) {
                found.clear();
                module->lookup(address, found);
                frames += found.size();
            }
        });
        bool saved = false;
        const double save_ms = milliseconds_of([&] { saved = static_cast<bool>(module->save()); });
        std::printf(
            "%-6s %zu addresses of %.1f MB, names from %s: open %.1f ms, lookup %.1f ms, save %.1f ms%s; %zu frames of "
            "%zu functions\n",
            round, addresses.size(), static_cast<double>(file->size()) / 1e6, module->names_from(), open_ms, lookup_ms,
            save_ms, saved ? "" : " (failed)", frames, module->functions().size());
    }
}
