#include "symbols/cache.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>
#include <type_traits>
#include <zlib.h>

#include "base/mapped_file.h"
#include "base/replace_file.h"

namespace pyprof::symbols {
namespace {

constexpr char magic[8] = {'P', 'Y', 'P', 'F', 'S', 'Y', 'M', '1'};
constexpr std::uint32_t version = 1;

struct FileHeader {
    char magic[8];
    std::uint32_t version;
    std::uint32_t checksum;  // CRC-32 of the payload
    std::uint64_t payload_bytes;
};

std::uint32_t checksum_of(std::string_view payload) {
    return static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(payload.data()), payload.size()));
}

// One field after the other into a payload. Every field is preceded by its length in bytes.
class Writer {
public:
    void field(const std::string& text) { append(text.data(), text.size()); }
    template <class T>
    void field(const std::vector<T>& elements) {
        static_assert(std::has_unique_object_representations_v<T>, "padding would make files differ by chance");
        append(elements.data(), elements.size() * sizeof(T));
    }
    void field(std::uint32_t number) { append(&number, sizeof number); }
    const std::string& payload() const { return payload_; }

private:
    void append(const void* bytes, std::uint64_t count) {
        payload_.append(reinterpret_cast<const char*>(&count), sizeof count);
        payload_.append(static_cast<const char*>(bytes), count);
    }
    std::string payload_;
};

// The same fields out of it. After a field that does not fit, good() is false and nothing more is read.
class Reader {
public:
    explicit Reader(std::string_view payload) : payload_{payload} {}

    void field(std::string& text) {
        const std::uint64_t count = take_count(1);
        text.assign(payload_.substr(at_, count));
        at_ += count;
    }
    template <class T>
    void field(std::vector<T>& elements) {
        const std::uint64_t count = take_count(sizeof(T));
        elements.resize(count / sizeof(T));
        copy_to(elements.data(), count);
    }
    void field(std::uint32_t& number) {
        const std::uint64_t count = take_count(sizeof number);
        if (count != sizeof number) good_ = false;
        copy_to(&number, good_ ? count : 0);
    }
    bool good() const { return good_ && at_ == payload_.size(); }

private:
    std::uint64_t take_count(std::size_t element_bytes) {
        std::uint64_t count = 0;
        if (good_ && payload_.size() - at_ >= sizeof count) {
            std::memcpy(&count, payload_.data() + at_, sizeof count);
            at_ += sizeof count;
            if (count <= payload_.size() - at_ && count % element_bytes == 0) return count;
        }
        good_ = false;
        return 0;
    }
    void copy_to(void* target, std::uint64_t count) {
        if (count > 0) std::memcpy(target, payload_.data() + at_, count);
        at_ += count;
    }
    std::string_view payload_;
    std::size_t at_ = 0;
    bool good_ = true;
};

// The one list of fields, for both directions.
template <class Stream, class Index>
void transfer(Stream& stream, Index& index, std::uint32_t& source, std::string& texts) {
    stream.field(source);
    stream.field(index.units_known);
    stream.field(texts);
    stream.field(index.symbols);
    stream.field(index.ranges);
    stream.field(index.lines.unit_ranges);
    stream.field(index.lines.units);
    stream.field(index.lines.rows);
    stream.field(index.lines.segments);
    stream.field(index.lines.scopes);
    stream.field(index.lines.functions);
}

std::filesystem::path path_of(const std::string& folder, const std::string& build_id) {
    return std::filesystem::path{folder} / "symbols" / build_id.substr(0, 2) / (build_id.substr(2) + ".index");
}

// The payload of an undamaged cache file, else nothing.
std::string_view payload_of(std::span<const std::byte> file) {
    FileHeader header;
    if (file.size() < sizeof header) return {};
    std::memcpy(&header, file.data(), sizeof header);
    const std::string_view payload{reinterpret_cast<const char*>(file.data()) + sizeof header,
                                   file.size() - sizeof header};
    const bool is_ours = std::memcmp(header.magic, magic, sizeof magic) == 0 && header.version == version;
    const bool is_whole = header.payload_bytes == payload.size() && header.checksum == checksum_of(payload);
    return is_ours && is_whole ? payload : std::string_view{};
}

}  // namespace

std::string default_cache_folder() {
    const char* cache = std::getenv("XDG_CACHE_HOME");
    if (cache != nullptr && cache[0] == '/') return std::string{cache} + "/pyprof";
    const char* home = std::getenv("HOME");
    if (home != nullptr && home[0] == '/') return std::string{home} + "/.cache/pyprof";
    return {};
}

bool may_be_cached(const std::string& build_id) {
    return build_id.size() >= 4 && build_id.size() <= 128 &&
           build_id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<ModuleIndex> read_cache(const std::string& folder, const CacheKey& key) {
    if (folder.empty() || !may_be_cached(key.build_id)) return std::nullopt;
    const Result<MappedFile> file = MappedFile::open(path_of(folder, key.build_id));
    if (!file) return std::nullopt;
    Reader reader{payload_of(file->bytes())};
    CacheKey stored;
    ModuleIndex index;
    std::uint32_t source = 0;
    std::string texts;
    reader.field(stored.build_id);
    reader.field(stored.made_from);
    transfer(reader, index, source, texts);
    const bool is_right =
        stored.build_id == key.build_id && (key.made_from.empty() || stored.made_from == key.made_from);
    const bool is_sound = reader.good() && source <= static_cast<std::uint32_t>(SymbolSource::dynsym) &&
                          TextTable::usable(texts) && is_consistent(index.lines);
    if (!is_right || !is_sound) return std::nullopt;
    index.source = static_cast<SymbolSource>(source);
    index.texts = TextTable{std::move(texts)};
    return index;
}

Status write_cache(const std::string& folder, const CacheKey& key, const ModuleIndex& index) {
    if (folder.empty() || !may_be_cached(key.build_id)) return Error{"no place in the symbol cache"};
    const std::filesystem::path path = path_of(folder, key.build_id);
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    if (failed) return Error{path.parent_path().string() + ": " + failed.message()};
    Writer writer;
    writer.field(key.build_id);
    writer.field(key.made_from);
    auto source = static_cast<std::uint32_t>(index.source);
    std::string texts = index.texts.block();
    transfer(writer, index, source, texts);
    FileHeader header{{}, version, checksum_of(writer.payload()), writer.payload().size()};
    std::memcpy(header.magic, magic, sizeof magic);
    return replace_file(path, [&](std::ostream& stream) {
        stream.write(reinterpret_cast<const char*>(&header), sizeof header);
        stream.write(writer.payload().data(), static_cast<std::streamsize>(writer.payload().size()));
    });
}

}  // namespace pyprof::symbols
