#include "imports/gunzip.h"

#include <algorithm>
#include <limits>
#include <zlib.h>

namespace pyprof::imports {
namespace {

constexpr int gzip_only = 15 + 16;  // zlib.h: 16 more than the window's bits asks for a gzip wrapper

// A stream that is ended when it goes.
struct Inflater {
    Inflater() { is_ready = inflateInit2(&stream, gzip_only) == Z_OK; }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;
    z_stream stream{};
    bool is_ready = false;
};

}  // namespace

bool is_gzip(std::span<const std::byte> bytes) {
    return bytes.size() >= 2 && bytes[0] == std::byte{0x1f} && bytes[1] == std::byte{0x8b};
}

Result<std::string> gunzip(std::span<const std::byte> bytes, std::size_t most) {
    Inflater inflater;
    if (!inflater.is_ready) return Error{"out of memory"};
    z_stream& stream = inflater.stream;
    std::string out, buffer(1 << 16, '\0');
    while (true) {
        if (stream.avail_in == 0) {
            if (bytes.empty()) return Error{"the compressed file is cut; copy it again"};
            const std::size_t part = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
            stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
            stream.avail_in = static_cast<uInt>(part);
            bytes = bytes.subspan(part);
        }
        stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
        stream.avail_out = static_cast<uInt>(buffer.size());
        const int state = inflate(&stream, Z_NO_FLUSH);
        if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
            return Error{"the compressed file is damaged; copy it again"};
        const std::size_t produced = buffer.size() - stream.avail_out;
        if (produced > most - out.size())
            return Error{"the compressed file unpacks to more than " + std::to_string(most >> 20) + " MiB"};
        out.append(buffer, 0, produced);
        if (state != Z_STREAM_END) continue;
        if (stream.avail_in == 0 && bytes.empty()) return out;
        if (inflateReset(&stream) != Z_OK) return Error{"the compressed file is damaged; copy it again"};
    }
}

}  // namespace pyprof::imports
