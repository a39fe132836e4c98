#include "symbols/plt_stubs.h"

#include <cstring>
#include <string>
#include <unordered_map>

namespace pyprof::symbols {
namespace {

using NamesByGotEntry = std::unordered_map<std::uint64_t, std::string>;

void add_relocations(const ElfFile& file, const Section& relocations, NamesByGotEntry& names) {
    Elf_Data* entries = file.data(relocations);
    Elf_Scn* symbol_section = elf_getscn(file.elf(), relocations.header.sh_link);
    GElf_Shdr symbol_header;
    if (entries == nullptr || symbol_section == nullptr) return;
    if (gelf_getshdr(symbol_section, &symbol_header) == nullptr) return;
    Elf_Data* symbols = elf_getdata(symbol_section, nullptr);
    for (std::size_t i = 0; i < entries->d_size / sizeof(Elf64_Rela); i++) {
        GElf_Rela entry;
        GElf_Sym symbol;
        if (gelf_getrela(entries, static_cast<int>(i), &entry) == nullptr) return;
        const std::uint64_t type = GELF_R_TYPE(entry.r_info);
        if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) continue;
        if (symbols == nullptr || gelf_getsym(symbols, static_cast<int>(GELF_R_SYM(entry.r_info)), &symbol) == nullptr)
            continue;
        const char* name = elf_strptr(file.elf(), symbol_header.sh_link, symbol.st_name);
        if (name != nullptr && name[0] != '\0') names.try_emplace(entry.r_offset, name);
    }
}

// The GOT entry that the stub in `slot` jumps through, 0 if it does not.
std::uint64_t jump_target(const std::uint8_t* slot, std::size_t bytes, std::uint64_t address) {
    for (std::size_t i = 0; i + 6 <= bytes; i++) {
        if (slot[i] != 0xff || slot[i + 1] != 0x25) continue;  // jmp *displacement(%rip)
        std::int32_t displacement;
        std::memcpy(&displacement, slot + i + 2, sizeof displacement);
        return address + i + 6 + static_cast<std::uint64_t>(std::int64_t{displacement});
    }
    return 0;
}

}  // namespace

std::vector<Interval> read_plt_stubs(const ElfFile& file, TextTable& texts) {
    if (file.machine() != EM_X86_64) return {};
    NamesByGotEntry names;
    for (const Section& relocations : file.sections(SHT_RELA)) add_relocations(file, relocations, names);

    std::vector<Interval> stubs;
    for (const char* name : {".plt", ".plt.sec", ".plt.got"}) {
        const std::optional<Section> section = file.section(name);
        Elf_Data* data = section ? file.data(*section) : nullptr;
        if (data == nullptr) continue;
        const std::size_t slot_bytes = section->header.sh_entsize == 8 ? 8 : 16;
        const auto* bytes = static_cast<const std::uint8_t*>(data->d_buf);
        for (std::size_t at = 0; at + slot_bytes <= data->d_size; at += slot_bytes) {
            const std::uint64_t address = section->header.sh_addr + at;
            const auto function = names.find(jump_target(bytes + at, slot_bytes, address));
            if (function == names.end()) continue;
            stubs.push_back({address, address + slot_bytes, 1, texts.add(function->second + "@plt")});
        }
    }
    return stubs;
}

}  // namespace pyprof::symbols
