#include "symbols/cache.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>

// The whole library in this file: no dependency for users.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/mapped_file.h"
#include "base/replace_file.h"

namespace pyprof::symbols {
namespace {

constexpr char magic[8] = {'P', 'Y', 'P', 'F', 'S', 'Y', 'M', '2'};
constexpr std::size_t alignment = 8;

struct FileHeader {
    char magic[8];
    std::uint64_t checksum;  // XXH3 of the payload
    std::uint64_t payload_bytes;
};

std::size_t padding_after(std::size_t bytes) { return (alignment - bytes % alignment) % alignment; }

// One field after the other into a payload. Every field is preceded by its length in bytes and ends on a multiple of 8.
class Writer {
public:
    void field(const std::string& text) { append(text.data(), text.size()); }
    template <class T>
    void field(const List<T>& elements) {
        static_assert(std::has_unique_object_representations_v<T>, "padding would make files differ by chance");
        append(elements.all().data(), elements.size() * sizeof(T));
    }
    void field(std::uint32_t number) { append(&number, sizeof number); }
    const std::string& payload() const { return payload_; }

private:
    void append(const void* bytes, std::uint64_t count) {
        payload_.append(reinterpret_cast<const char*>(&count), sizeof count);
        payload_.append(static_cast<const char*>(bytes), count).append(padding_after(count), '\0');
    }
    std::string payload_;
};

// The same fields out of it, without copies. After a field that does not fit, good() is false and nothing more is read.
class Reader {
public:
    explicit Reader(std::string_view payload) : left_{payload} {}

    void field(std::string_view& text) { text = take(1); }
    template <class T>
    void field(List<T>& elements) {
        static_assert(alignof(T) <= alignment);
        const std::string_view bytes = take(sizeof(T));
        elements = List<T>::stored({reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)});
    }
    void field(std::uint32_t& number) {
        const std::string_view bytes = take(sizeof number);
        good_ = good_ && bytes.size() == sizeof number;
        if (good_) std::memcpy(&number, bytes.data(), sizeof number);
    }
    bool good() const { return good_ && left_.empty(); }

private:
    std::string_view take(std::size_t element_bytes) {
        std::uint64_t count = 0;
        good_ = good_ && left_.size() >= sizeof count;
        if (!good_) return {};
        std::memcpy(&count, left_.data(), sizeof count);
        left_.remove_prefix(sizeof count);
        good_ = count <= left_.size() && padding_after(count) <= left_.size() - count && count % element_bytes == 0;
        if (!good_) return {};
        const std::string_view bytes = left_.substr(0, count);
        left_.remove_prefix(count + padding_after(count));
        return bytes;
    }

    std::string_view left_;
    bool good_ = true;
};

// The one list of fields, for both directions.
template <class Stream, class Index, class Block>
void transfer(Stream& stream, Index& index, std::uint32_t& source, Block& texts) {
    stream.field(source);
    stream.field(index.units_known);
    stream.field(texts);
    stream.field(index.symbols);
    stream.field(index.ranges);
    stream.field(index.shown_names);
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
    const bool is_ours = std::memcmp(header.magic, magic, sizeof magic) == 0;
    const bool is_whole = is_ours && header.payload_bytes == payload.size() &&
                          header.checksum == XXH3_64bits(payload.data(), payload.size());
    return is_whole ? payload : std::string_view{};
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
    Result<MappedFile> file = MappedFile::open(path_of(folder, key.build_id));
    if (!file) return std::nullopt;
    ModuleIndex index;
    index.file = std::make_shared<const MappedFile>(std::move(*file));
    Reader reader{payload_of(index.file->bytes())};
    std::string_view build_id, made_from, texts;
    std::uint32_t source = 0;
    reader.field(build_id);
    reader.field(made_from);
    transfer(reader, index, source, texts);
    const bool is_right = build_id == key.build_id && (key.made_from.empty() || made_from == key.made_from);
    const bool is_sound =
        reader.good() && source <= static_cast<std::uint32_t>(SymbolSource::dynsym) && TextTable::usable(texts);
    if (!is_right || !is_sound) return std::nullopt;
    index.source = static_cast<SymbolSource>(source);
    index.texts = TextTable{texts};
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
    const std::string texts = index.texts.block();
    transfer(writer, index, source, texts);
    FileHeader header{{}, XXH3_64bits(writer.payload().data(), writer.payload().size()), writer.payload().size()};
    std::memcpy(header.magic, magic, sizeof magic);
    return replace_file(path, [&](std::ostream& stream) {
        stream.write(reinterpret_cast<const char*>(&header), sizeof header);
        stream.write(writer.payload().data(), static_cast<std::streamsize>(writer.payload().size()));
    });
}

}  // namespace pyprof::symbols
