#include "symbols/function_ranges.h"

#include <cstring>
#include <dwarf.h>
#include <optional>
#include <unordered_map>

namespace pyprof::symbols {
namespace {

// A reader of encoded pointers within one .eh_frame section.
class PointerReader {
public:
    PointerReader(const std::uint8_t* at, const std::uint8_t* end, std::uint64_t address)
        : at_{at}, end_{end}, address_{address} {}

    // The next pointer; `encoding` is a DW_EH_PE value. Nothing for what cannot give a code address.
    std::optional<std::uint64_t> next(std::uint8_t encoding) {
        const std::uint64_t place = address_;
        const std::optional<std::uint64_t> value = next_value(encoding & 0x0f);
        if (!value || (encoding & DW_EH_PE_indirect) != 0) return std::nullopt;
        switch (encoding & 0x70) {
            case DW_EH_PE_absptr:
                return value;
            case DW_EH_PE_pcrel:
                return place + *value;
            default:
                return std::nullopt;
        }
    }

    std::optional<std::uint64_t> next_value(std::uint8_t format) {
        switch (format) {
            case DW_EH_PE_absptr:
            case DW_EH_PE_udata8:
            case DW_EH_PE_sdata8:
                return take<std::uint64_t>();
            case DW_EH_PE_udata4:
                return take<std::uint32_t>();
            case DW_EH_PE_udata2:
                return take<std::uint16_t>();
            case DW_EH_PE_sdata4:
                return take<std::int32_t>();
            case DW_EH_PE_sdata2:
                return take<std::int16_t>();
            default:
                return std::nullopt;
        }
    }

private:
    template <class T>
    std::optional<std::uint64_t> take() {
        if (static_cast<std::size_t>(end_ - at_) < sizeof(T)) return std::nullopt;
        T value;
        std::memcpy(&value, at_, sizeof value);
        at_ += sizeof value;
        address_ += sizeof value;
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
    }

    const std::uint8_t* at_;
    const std::uint8_t* end_;
    std::uint64_t address_;
};

// The bytes of a pointer of this format, 0 for one of unknown length.
std::size_t pointer_bytes(std::uint8_t encoding) {
    switch (encoding & 0x0f) {
        case DW_EH_PE_absptr:
        case DW_EH_PE_udata8:
        case DW_EH_PE_sdata8:
            return 8;
        case DW_EH_PE_udata4:
        case DW_EH_PE_sdata4:
            return 4;
        case DW_EH_PE_udata2:
        case DW_EH_PE_sdata2:
            return 2;
        default:
            return 0;
    }
}

// How this CIE's FDEs write their addresses: the 'R' of its augmentation.
std::optional<std::uint8_t> fde_encoding(const Dwarf_CIE& cie) {
    const char* letter = cie.augmentation;
    if (letter == nullptr || *letter == '\0') return DW_EH_PE_absptr;
    if (*letter++ != 'z') return std::nullopt;
    const std::uint8_t* data = cie.augmentation_data;
    const std::uint8_t* end = data + cie.augmentation_data_size;
    for (; *letter != '\0'; letter++) {
        if (*letter == 'S' || *letter == 'B') continue;
        if (data >= end) return std::nullopt;
        const std::uint8_t encoding = *data++;
        if (*letter == 'R') return encoding;
        if (*letter == 'P') {
            const std::size_t bytes = pointer_bytes(encoding);
            if (bytes == 0 || static_cast<std::size_t>(end - data) < bytes) return std::nullopt;
            data += bytes;
        } else if (*letter != 'L') {
            return std::nullopt;
        }
    }
    return DW_EH_PE_absptr;
}

}  // namespace

std::vector<Segment> read_function_ranges(const ElfFile& file) {
    const std::optional<Section> section = file.section(".eh_frame");
    Elf_Data* data = section ? file.data(*section) : nullptr;
    std::size_t ident_bytes = 0;
    const auto* ident = reinterpret_cast<const std::uint8_t*>(elf_getident(file.elf(), &ident_bytes));
    if (data == nullptr || ident == nullptr) return {};

    const auto* bytes = static_cast<const std::uint8_t*>(data->d_buf);
    std::unordered_map<Dwarf_Off, std::optional<std::uint8_t>> encodings;  // by CIE
    std::vector<Interval> ranges;
    Dwarf_Off offset = 0;
    Dwarf_Off next = 0;
    Dwarf_CFI_Entry entry;
    for (; offset < data->d_size; offset = next) {
        const int status = dwarf_next_cfi(ident, data, true, offset, &next, &entry);
        if (status == 1 || next <= offset) break;
        if (status != 0) continue;
        if (dwarf_cfi_cie_p(&entry)) {
            encodings[offset] = fde_encoding(entry.cie);
            continue;
        }
        const auto cie = encodings.find(entry.fde.CIE_pointer);
        if (cie == encodings.end() || !cie->second) continue;
        PointerReader reader{entry.fde.start, entry.fde.end,
                             section->header.sh_addr + static_cast<std::uint64_t>(entry.fde.start - bytes)};
        const std::optional<std::uint64_t> begin = reader.next(*cie->second);
        const std::optional<std::uint64_t> length = reader.next_value(*cie->second & 0x0f);
        if (!begin || !length || !file.is_code(*begin) || *begin + *length < *begin) continue;
        // The value is the entry's number, so that neighbours stay apart.
        ranges.push_back({*begin, *begin + *length, 0, static_cast<std::uint32_t>(ranges.size())});
    }
    return flatten(ranges);
}

}  // namespace pyprof::symbols
