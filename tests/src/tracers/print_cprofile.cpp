// Writes what read_cprofile finds in a file, one function or caller a line, for test_cprofile_files.py.
#include <cstdio>

#include "base/mapped_file.h"
#include "tracers/cprofile.h"

namespace {

void print(const pyprof::tracers::CountedFunction& function, const pyprof::tracers::Counts& counts) {
    std::printf("\t%s\t%u\t%s\t%llu\t%llu\t%.17g\t%.17g", function.file.c_str(), function.line, function.name.c_str(),
                static_cast<unsigned long long>(counts.primitive_calls), static_cast<unsigned long long>(counts.calls),
                counts.self_s, counts.total_s);
}

}  // namespace

int main(int, char** arguments) {
    const auto file = pyprof::MappedFile::open(arguments[1]);
    const auto statistics = file ? pyprof::tracers::read_cprofile(file->bytes()) : file.error();
    if (!statistics) {
        std::fprintf(stderr, "%s\n", statistics.error().message().c_str());
        return 1;
    }
    for (const auto& function : statistics->functions) {
        if (function.counts.calls == 0) continue;  // known as a caller only
        std::printf("function");
        print(function, function.counts);
        std::printf("\n");
        for (const auto& caller : function.callers) {
            std::printf("caller");
            print(statistics->functions[caller.caller], caller.counts);
            std::printf("\n");
        }
    }
    return 0;
}
