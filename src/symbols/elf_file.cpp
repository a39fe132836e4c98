#include "symbols/elf_file.h"

#include <cerrno>
#include <cstring>
#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pyprof::symbols {
namespace {

std::string to_hex(const void* bytes, std::size_t count) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < count; i++) {
        const auto byte = static_cast<const unsigned char*>(bytes)[i];
        text.push_back(digits[byte >> 4]);
        text.push_back(digits[byte & 15]);
    }
    return text;
}

}  // namespace

void ElfFile::CloseFile::operator()(int* fd) const {
    ::close(*fd);
    delete fd;
}

Result<ElfFile> ElfFile::open(const std::string& path) {
    elf_version(EV_CURRENT);
    ElfFile file;
    file.path_ = path;
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return Error{path + ": " + std::strerror(errno)};
    file.file_.reset(new int{fd});
    struct stat status {};
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return Error{path + ": not a regular file"};
    file.size_ = static_cast<std::uint64_t>(status.st_size);
    file.modified_ns_ = status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec;
    file.elf_.reset(elf_begin(fd, ELF_C_READ_MMAP, nullptr));
    if (const Status read = file.read_headers(); !read) return Error{path + ": " + read.error().message()};
    return file;
}

Result<ElfFile> ElfFile::from_image(std::span<char> image) {
    elf_version(EV_CURRENT);
    ElfFile file;
    file.path_ = "[image]";
    file.size_ = image.size();
    file.elf_.reset(elf_memory(image.data(), image.size()));
    if (const Status read = file.read_headers(); !read) return read.error();
    return file;
}

Result<ElfFile> ElfFile::vdso() {
    const auto* start = reinterpret_cast<const char*>(getauxval(AT_SYSINFO_EHDR));
    if (start == nullptr) return Error{"this process has no vDSO"};
    Elf64_Ehdr header;
    std::memcpy(&header, start, sizeof header);
    // The kernel maps the whole file; its section headers come last.
    const std::uint64_t bytes = header.e_shoff + std::uint64_t{header.e_shnum} * header.e_shentsize;
    Result<ElfFile> file = from_image({const_cast<char*>(start), bytes});
    if (file) file->path_ = "[vdso]";
    return file;
}

Status ElfFile::read_headers() {
    GElf_Ehdr header;
    if (elf_ == nullptr || elf_kind(elf_.get()) != ELF_K_ELF || gelf_getehdr(elf_.get(), &header) == nullptr) {
        return Error{"not an ELF file"};
    }
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB) {
        return Error{"not a 64-bit little-endian ELF file"};
    }
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN) return Error{"neither a program nor a shared object"};
    machine_ = header.e_machine;
    is_cut_short_ = ends_behind(header.e_shoff, std::uint64_t{header.e_shnum} * header.e_shentsize);
    const void* id = nullptr;
    const ssize_t id_bytes = dwelf_elf_gnu_build_id(elf_.get(), &id);
    if (id_bytes > 0) build_id_ = to_hex(id, static_cast<std::size_t>(id_bytes));
    return read_segments();
}

Status ElfFile::read_segments() {
    std::size_t count = 0;
    if (elf_getphdrnum(elf_.get(), &count) != 0) return Error{"damaged program headers"};
    for (std::size_t i = 0; i < count; i++) {
        GElf_Phdr segment;
        if (gelf_getphdr(elf_.get(), static_cast<int>(i), &segment) == nullptr) return Error{"damaged program headers"};
        is_cut_short_ = is_cut_short_ || ends_behind(segment.p_offset, segment.p_filesz);
        const bool is_code = segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0;
        if (!is_code || segment.p_vaddr + segment.p_memsz < segment.p_vaddr) continue;
        code_.push_back({Address{segment.p_vaddr}, Address{segment.p_vaddr + segment.p_memsz}});
    }
    return {};
}

bool ElfFile::ends_behind(std::uint64_t offset, std::uint64_t bytes) const {
    return bytes > size_ || offset > size_ - bytes;
}

bool ElfFile::is_code(std::uint64_t address) const {
    for (const AddressRange& range : code_) {
        if (range.contains(Address{address})) return true;
    }
    return false;
}

std::optional<Section> ElfFile::section(std::string_view name) const {
    Section found;
    while ((found.handle = elf_nextscn(elf_.get(), found.handle)) != nullptr) {
        if (gelf_getshdr(found.handle, &found.header) != nullptr && section_name(found) == name) return found;
    }
    return std::nullopt;
}

std::vector<Section> ElfFile::sections(std::uint32_t type) const {
    std::vector<Section> found;
    Section next;
    while ((next.handle = elf_nextscn(elf_.get(), next.handle)) != nullptr) {
        if (gelf_getshdr(next.handle, &next.header) != nullptr && next.header.sh_type == type) found.push_back(next);
    }
    return found;
}

const char* ElfFile::section_name(const Section& section) const {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf_.get(), &names) != 0) return "";
    const char* name = elf_strptr(elf_.get(), names, section.header.sh_name);
    return name == nullptr ? "" : name;
}

Elf_Data* ElfFile::data(const Section& section) const {
    if (section.header.sh_type == SHT_NOBITS) return nullptr;
    Elf_Data* data = elf_getdata(section.handle, nullptr);
    return data != nullptr && data->d_buf != nullptr ? data : nullptr;
}

Dwarf* ElfFile::dwarf() const {
    if (!dwarf_tried_) {
        dwarf_tried_ = true;
        if (section(".debug_info")) dwarf_.reset(dwarf_begin_elf(elf_.get(), DWARF_C_READ, nullptr));
    }
    return dwarf_.get();
}

}  // namespace pyprof::symbols
