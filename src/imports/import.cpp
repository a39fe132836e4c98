#include "imports/import.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "imports/cprofile.h"
#include "imports/gunzip.h"
#include "imports/pprof.h"
#include "tracers/cprofile.h"

namespace pyprof::imports {
namespace {

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

Format format_of(std::span<const std::byte> bytes) {
    if (is_gzip(bytes)) return Format::pprof;
    const std::string_view begin = text_of(bytes).substr(0, 4096);
    // A marshalled dictionary begins with '{', with or without the mark of what is referred to (Python/marshal.c).
    const bool has_control = std::ranges::any_of(begin, [](char c) { return static_cast<unsigned char>(c) < 9; });
    if (!begin.empty() && (static_cast<unsigned char>(begin[0]) & 0x7f) == '{' && has_control) return Format::cprofile;
    return has_control ? Format::pprof : Format::collapsed;
}

Result<profile::Profile> import_profile(std::span<const std::byte> bytes, Format format, const CollapsedUnits& units) {
    std::string unpacked;
    if (is_gzip(bytes)) {
        Result<std::string> result = gunzip(bytes);
        if (!result) return result.error();
        unpacked = *std::move(result);
        bytes = std::as_bytes(std::span{unpacked});
    }
    switch (format) {
        case Format::pprof:
            return read_pprof(text_of(bytes));
        case Format::collapsed:
            return read_collapsed(text_of(bytes), units);
        case Format::cprofile:
            break;
    }
    const Result<tracers::CallStatistics> statistics = tracers::read_cprofile(bytes);
    if (!statistics) return statistics.error();
    return from_cprofile(*statistics);
}

}  // namespace pyprof::imports
