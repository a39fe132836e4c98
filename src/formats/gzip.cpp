#include "formats/gzip.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <zlib.h>

#include "base/check.h"

namespace pyprof::formats {
namespace {

constexpr int gzip_window = 15 + 16;  // zlib.h: 16 more than the window's bits asks for a gzip wrapper
constexpr int memory_level = 8;

// The next piece of input: zlib counts in unsigned int.
uInt take(std::string_view& rest) {
    const std::size_t size = std::min<std::size_t>(rest.size(), std::numeric_limits<uInt>::max());
    rest.remove_prefix(size);
    return static_cast<uInt>(size);
}

}  // namespace

std::string gzip(std::string_view bytes) {
    z_stream stream{};
    const int ready =
        deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY);
    PYPROF_CHECK(ready == Z_OK);
    std::string out;
    std::string buffer(1 << 16, '\0');
    int state = Z_OK;
    while (state != Z_STREAM_END) {
        if (stream.avail_in == 0) {
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
            stream.avail_in = take(bytes);
        }
        stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
        stream.avail_out = static_cast<uInt>(buffer.size());
        state = deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
        PYPROF_CHECK(state != Z_STREAM_ERROR);
        out.append(buffer, 0, buffer.size() - stream.avail_out);
    }
    deflateEnd(&stream);
    return out;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::string_view group = bytes.substr(i, 3);
        std::uint32_t bits = 0;
        for (std::size_t k = 0; k < 3; ++k)
            bits = bits << 8 | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0U);
        for (std::size_t k = 0; k < 4; ++k) out += k <= group.size() ? digits[bits >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

}  // namespace pyprof::formats
