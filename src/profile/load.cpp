#include "profile/load.h"

#include <cstring>
#include <limits>
#include <optional>
#include <zlib.h>

#include "profile/pyprof.pb.h"
#include "profile/records.h"
#include "profile/save.h"

namespace pyprof::profile {
namespace {

// The framing: a length as a varint, then that many bytes.
class Frames {
public:
    explicit Frames(std::span<const std::byte> bytes) : bytes_{bytes}, position_{saved_magic_bytes} {}

    std::size_t position() const { return position_; }
    bool at_end() const { return position_ == bytes_.size(); }

    // The next frame, or nothing when its length or its bytes are not all there.
    std::optional<std::span<const std::byte>> next() {
        std::uint64_t length = 0;
        std::size_t at = position_;
        for (unsigned shift = 0;; shift += 7) {
            if (at == bytes_.size() || shift > 28) return std::nullopt;
            const auto byte = std::to_integer<std::uint64_t>(bytes_[at++]);
            length |= (byte & 0x7f) << shift;
            if (byte < 0x80) break;
        }
        if (length > std::numeric_limits<int>::max() || length > bytes_.size() - at) return std::nullopt;
        position_ = at + length;
        return bytes_.subspan(at, length);
    }

private:
    std::span<const std::byte> bytes_;
    std::size_t position_;
};

std::optional<saved::Record> parse(std::span<const std::byte> frame) {
    saved::Record record;
    if (!record.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) return std::nullopt;
    return record;
}

// Varints have bits to spare, which a parser passes over.
bool is_as_written(const saved::Record& record, std::span<const std::byte> frame) {
    const std::string bytes = record.SerializeAsString();
    return bytes.size() == frame.size() && std::memcmp(bytes.data(), frame.data(), bytes.size()) == 0;
}

// What is wrong with the end marker, empty if nothing is.
std::string check_end(const saved::End& end, const Profile& profile, std::span<const std::byte> before) {
    const uLong checksum = crc32_z(0, reinterpret_cast<const Bytef*>(before.data()), before.size());
    if (checksum != end.crc32()) {
        return "The profile file is damaged: its checksum does not match, so figures may be wrong.";
    }
    const bool has_all = end.contexts() == profile.contexts.size() && end.values() == profile.values.size() &&
                         end.calls() == profile.calls.size() && end.moments() == profile.moments.size();
    if (has_all) return "";
    return "The profile file is damaged: parts of it are missing.";
}

// Reads records until the end marker or until one cannot be read, and says what was wrong.
std::string read_records(std::span<const std::byte> bytes, Frames& frames, RecordReader& reader) {
    while (!frames.at_end()) {
        const std::size_t begin = frames.position();
        const std::optional<std::span<const std::byte>> frame = frames.next();
        if (!frame)
            return "The profile file is cut short at byte " + std::to_string(begin) + "; what followed is missing.";
        const std::optional<saved::Record> record = parse(*frame);
        if (record && record->has_end() && is_as_written(*record, *frame))
            return check_end(record->end(), reader.profile(), bytes.first(begin));
        if (!record || !reader.add(*record)) {
            return "The profile file is damaged at byte " + std::to_string(begin) + "; what follows is left out.";
        }
    }
    return "The profile file is cut short at byte " + std::to_string(bytes.size()) + "; what followed is missing.";
}

}  // namespace

bool is_saved_profile(std::span<const std::byte> bytes) {
    return bytes.size() >= saved_magic_bytes && std::memcmp(bytes.data(), saved_magic, saved_magic_bytes) == 0;
}

Result<Loaded> load(std::span<const std::byte> bytes) {
    if (!is_saved_profile(bytes)) return Error{"not a pyprof profile; pyprof writes files that end in .pyprof"};
    Frames frames{bytes};
    const std::optional<std::span<const std::byte>> first = frames.next();
    const std::optional<saved::Record> header = first ? parse(*first) : std::nullopt;
    if (!header || !header->has_header()) {
        return Error{"damaged from its beginning: nothing can be shown; run `pyprof merge` again on its recordings"};
    }
    if (header->header().version() > saved_version) {
        return Error{"written by a newer pyprof (version " + std::to_string(header->header().version()) +
                     "); update pyprof"};
    }
    RecordReader reader{header->header()};
    Loaded loaded;
    loaded.damage = read_records(bytes, frames, reader);
    loaded.profile = reader.take();
    if (!loaded.damage.empty()) loaded.profile.run.notes.push_back(loaded.damage);
    return loaded;
}

}  // namespace pyprof::profile
