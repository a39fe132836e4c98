// Any bytes as a recording: decoded, gathered, written and read back. Bytes that do not begin as a recording are taken
// for its chunks, so that no input needs the 32 KiB of a header.
#include <cstdint>
#include <cstring>
#include <string>

#include "base/check.h"
#include "gather/bytes.h"
#include "gather/gather.h"
#include "wire/decoder.h"

using namespace pyprof;

namespace {

std::string with_header(std::string_view chunks) {
    wire::RecordingHeader header{};
    header.magic = wire::recording_magic;
    header.version = wire::recording_version;
    header.header_bytes = wire::recording_header_bytes;
    header.period_ns = 5'000'000;
    header.committed_bytes =
        wire::recording_header_bytes + (chunks.size() + wire::page_bytes - 1) / wire::page_bytes * wire::page_bytes;
    std::string bytes(wire::recording_header_bytes, '\0');
    std::memcpy(bytes.data(), &header, sizeof header);
    return bytes.append(chunks);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const bool whole = wire::is_recording(std::as_bytes(std::span{data, size}));
    const std::string_view given{reinterpret_cast<const char*>(data), size};
    const std::string input = whole ? std::string{given} : with_header(given);
    const auto recording = wire::decode(std::as_bytes(std::span{input}));
    if (!recording) return 0;
    for (std::size_t i = 0; i < recording->nodes.size(); ++i)
        PYPROF_CHECK(recording->nodes[i].parent == wire::no_node || recording->nodes[i].parent < i);
    const gather::Tree tree = gather::gather(*recording);
    const std::string bytes = gather::serialise(tree);
    const auto back = gather::parse(std::as_bytes(std::span{bytes}));
    PYPROF_CHECK(back.has_value());
    PYPROF_CHECK(gather::serialise(*back) == bytes);
    return 0;
}
