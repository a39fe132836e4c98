#include "gather/bytes.h"

#include <cstring>
#include <utility>

#include "base/crc32.h"
#include "gather/reduce.h"
#include "gather/sections.h"

namespace pyprof::gather {
namespace {

using Bytes = std::span<const std::byte>;

struct FileHead {
    std::uint64_t magic;
    std::uint32_t version;
    std::uint32_t reserved;
};
static_assert(sizeof(FileHead) == 16);

struct SectionHead {
    std::uint32_t section;
    std::uint32_t crc;    // of the content
    std::uint64_t bytes;  // of the content
};
static_assert(sizeof(SectionHead) == 16);

constexpr const char* section_names[section_count] = {"processes", "modules",  "codes", "contexts", "threads", "values",
                                                      "notes",     "measures", "calls", "moments",  "end"};

template <class T>
void append(std::string& to, const T& value) {
    to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
T head_of(Bytes bytes) {
    T value{};
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
}

// The content of each section that is there and has the checksum it should have.
struct Contents {
    bool present[section_count] = {};
    Bytes bytes[section_count];
};

Contents find_sections(Bytes bytes) {
    Contents contents;
    while (bytes.size() >= sizeof(SectionHead)) {
        const auto head = head_of<SectionHead>(bytes);
        bytes = bytes.subspan(sizeof head);
        if (head.bytes > bytes.size()) break;
        const Bytes content = bytes.first(head.bytes);
        bytes = bytes.subspan(head.bytes);
        const std::uint32_t place = head.section - 1;
        if (place >= section_count || contents.present[place] || crc32(content) != head.crc) continue;
        contents.present[place] = true;
        contents.bytes[place] = content;
    }
    return contents;
}

std::string note_of(Section section) {
    return std::string{"a gathered profile is damaged: its "} + section_names[static_cast<std::uint32_t>(section) - 1] +
           " are lost";
}

}  // namespace

bool is_gathered(Bytes bytes) { return bytes.size() >= 8 && head_of<std::uint64_t>(bytes) == gathered_magic; }

std::string serialise(const Tree& tree) {
    std::string bytes;
    append(bytes, FileHead{gathered_magic, gathered_version, 0});
    for (std::uint32_t id = 1; id <= section_count; ++id) {
        ColumnWriter columns;
        write_section(static_cast<Section>(id), tree, columns);
        const std::string& content = columns.bytes();
        append(bytes, SectionHead{id, crc32(std::as_bytes(std::span{content})), content.size()});
        bytes += content;
    }
    return bytes;
}

Result<Tree> parse(Bytes bytes) {
    if (bytes.size() < sizeof(FileHead)) return Error{"it is cut within its first 16 bytes: nothing of it is left"};
    const auto head = head_of<FileHead>(bytes);
    if (head.magic != gathered_magic) return Error{"it is not a gathered profile"};
    if (head.version > gathered_version)
        return Error{"it was written by a newer pyprof (gathered version " + std::to_string(head.version) +
                     "; this pyprof reads up to " + std::to_string(gathered_version) + "): read it with that pyprof"};
    if (head.version == 0) return Error{"its version is damaged (0)"};
    const Contents contents = find_sections(bytes.subspan(sizeof head));
    Tree tree{{}, {}, {Context{}}, {}, {}, {}, {}};
    LostSections lost;
    std::vector<std::string> damage;
    for (std::uint32_t i = 0; i < section_count - 1; ++i) {
        const auto section = static_cast<Section>(i + 1);
        if (section == Section::moments && head.version < first_gathered_version_with_moments) continue;
        ColumnReader columns{contents.bytes[i]};
        read_section(section, columns, lost, tree);
        if (contents.present[i] && !columns.failed()) continue;
        lost.add(section);
        make_stand_in(section, tree);
        damage.push_back(note_of(section));
    }
    for (std::string& note : damage) tree.notes.push_back(std::move(note));
    if (lost.any()) canonicalise(tree);
    return tree;
}

}  // namespace pyprof::gather
