#pragma once
// One ELF file, opened for reading. Any thread, one at a time per object. Owns the libelf and libdw handles, so
// everything they hand out lives as long as the ElfFile.
#include <cstdint>
#include <elfutils/libdw.h>
#include <gelf.h>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/result.h"

namespace pyprof::symbols {

struct Section {
    Elf_Scn* handle = nullptr;
    GElf_Shdr header{};
};

class ElfFile {
public:
    // Fails if `path` cannot be opened or is no 64-bit little-endian executable or shared object.
    static Result<ElfFile> open(const std::string& path);

    // An image in memory, laid out as a file. The bytes must outlive the result; libelf may write to them.
    static Result<ElfFile> from_image(std::span<char> image);

    // The vDSO of this very process: the kernel's own code in every process of this machine, until it is rebooted.
    static Result<ElfFile> vdso();

    const std::string& path() const { return path_; }
    // Lower-case hex, empty if the file has none.
    const std::string& build_id() const { return build_id_; }
    std::uint64_t size() const { return size_; }
    std::int64_t modified_ns() const { return modified_ns_; }
    // The executable segments, in the address space of st_value.
    std::span<const AddressRange> code() const { return code_; }
    bool is_code(std::uint64_t address) const;
    // True if headers speak of bytes behind the file's end. Not for debug files, which have headers without the bytes.
    bool is_cut_short() const { return is_cut_short_; }

    Elf* elf() const { return elf_.get(); }
    std::uint16_t machine() const { return machine_; }
    std::optional<Section> section(std::string_view name) const;
    // Every section whose type is `type`, in file order.
    std::vector<Section> sections(std::uint32_t type) const;
    const char* section_name(const Section& section) const;
    // Its bytes in the file, as libelf gives them; null for one without bytes (SHT_NOBITS) or outside the file.
    Elf_Data* data(const Section& section) const;

    // Null if the file has no DWARF. Opened at the first call.
    Dwarf* dwarf() const;

private:
    struct CloseFile {
        void operator()(int* fd) const;
    };
    struct CloseElf {
        void operator()(Elf* elf) const { elf_end(elf); }
    };
    struct CloseDwarf {
        void operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }
    };

    ElfFile() = default;
    Status read_headers();
    Status read_segments();
    bool ends_behind(std::uint64_t offset, std::uint64_t bytes) const;

    std::string path_;
    std::string build_id_;
    std::uint64_t size_ = 0;
    std::int64_t modified_ns_ = 0;
    std::uint16_t machine_ = 0;
    bool is_cut_short_ = false;
    std::vector<AddressRange> code_;
    std::unique_ptr<int, CloseFile> file_;  // libdw finds supplementary files through it
    std::unique_ptr<Elf, CloseElf> elf_;
    mutable std::unique_ptr<Dwarf, CloseDwarf> dwarf_;
    mutable bool dwarf_tried_ = false;
};

}  // namespace pyprof::symbols
