#include "agent/mpi/redirect.h"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

namespace pyprof::mpi {
namespace {

using Address = std::uintptr_t;

// The parts of an object's dynamic section that tell of its references (System V ABI, chapter 5).
class References {
public:
    explicit References(const dl_phdr_info& object) : base_{object.dlpi_addr} {
        for (int i = 0; i < object.dlpi_phnum; ++i) add(object.dlpi_phdr[i]);
    }

    void redirect(std::span<const Redirection> redirections) const {
        if (symbols_ == nullptr || names_ == nullptr) return;
        redirect(calls_, redirections);
        redirect(others_, redirections);
    }

private:
    void add(const ElfW(Phdr) & header) {
        const Address begin = base_ + header.p_vaddr;
        if (header.p_type == PT_LOAD) {
            begin_ = std::min(begin_, begin);
            end_ = std::max(end_, begin + header.p_memsz);
        }
        if (header.p_type == PT_GNU_RELRO) protected_ = {begin, begin + header.p_memsz};
        if (header.p_type != PT_DYNAMIC) return;
        for (const auto* entry = reinterpret_cast<const ElfW(Dyn)*>(begin); entry->d_tag != DT_NULL; ++entry)
            add(*entry);
    }

    void add(const ElfW(Dyn) & entry) {
        const auto count = entry.d_un.d_val / sizeof(ElfW(Rela));
        if (entry.d_tag == DT_SYMTAB) symbols_ = at<ElfW(Sym)>(entry);
        if (entry.d_tag == DT_STRTAB) names_ = at<char>(entry);
        if (entry.d_tag == DT_JMPREL) calls_ = {at<ElfW(Rela)>(entry), calls_.size()};
        if (entry.d_tag == DT_PLTRELSZ) calls_ = {calls_.data(), count};
        if (entry.d_tag == DT_RELA) others_ = {at<ElfW(Rela)>(entry), others_.size()};
        if (entry.d_tag == DT_RELASZ) others_ = {others_.data(), count};
    }

    // The loader has added the base already, but to those of the kernel's object.
    template <class T>
    const T* at(const ElfW(Dyn) & entry) const {
        return reinterpret_cast<const T*>(entry.d_un.d_ptr < base_ ? base_ + entry.d_un.d_ptr : entry.d_un.d_ptr);
    }

    void redirect(std::span<const ElfW(Rela)> references, std::span<const Redirection> redirections) const {
        for (const auto& reference : references) {
            if (!is_address(reference)) continue;
            const auto& symbol = symbols_[ELF64_R_SYM(reference.r_info)];
            if (symbol.st_shndx != SHN_UNDEF) continue;
            const auto* found = find(redirections, names_ + symbol.st_name);
            if (found != nullptr) write(base_ + reference.r_offset, *found);
        }
    }

    static bool is_address(const ElfW(Rela) & reference) {
        const auto type = ELF64_R_TYPE(reference.r_info);
        return type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT ||
               (type == R_X86_64_64 && reference.r_addend == 0);
    }

    static const Redirection* find(std::span<const Redirection> redirections, const char* name) {
        const auto comes_before = [](const Redirection& each, const char* wanted) {
            return std::strcmp(each.name, wanted) < 0;
        };
        const auto found = std::lower_bound(redirections.begin(), redirections.end(), name, comes_before);
        return found != redirections.end() && std::strcmp(found->name, name) == 0 ? &*found : nullptr;
    }

    // A call that was never made leads into its own object, where the loader is asked.
    void write(Address place, const Redirection& redirection) const {
        auto* const slot = reinterpret_cast<std::atomic<Address>*>(place);
        const Address now = slot->load();
        const bool is_unbound = now >= begin_ && now < end_;
        const bool leads_there = now == reinterpret_cast<Address>(redirection.from);
        if (redirection.from == nullptr || !(is_unbound || leads_there)) return;
        if (!set_writable(place, true)) return;
        slot->store(reinterpret_cast<Address>(redirection.to));
        set_writable(place, false);
    }

    bool set_writable(Address place, bool writable) const {
        if (place < protected_.begin || place >= protected_.end) return true;
        const auto page = static_cast<Address>(sysconf(_SC_PAGESIZE));
        return mprotect(reinterpret_cast<void*>(place / page * page), page,
                        writable ? PROT_READ | PROT_WRITE : PROT_READ) == 0;
    }

    struct Range {
        Address begin = 0, end = 0;
    };

    Address base_, begin_ = ~Address{0}, end_ = 0;
    Range protected_;
    const ElfW(Sym) * symbols_ = nullptr;
    const char* names_ = nullptr;
    std::span<const ElfW(Rela)> calls_, others_;
};

int redirect_in(dl_phdr_info* object, std::size_t, void* redirections) {
    References{*object}.redirect(*static_cast<std::span<const Redirection>*>(redirections));
    return 0;
}

int read_loads(dl_phdr_info* object, std::size_t, void* loads) {
    *static_cast<unsigned long long*>(loads) = object->dlpi_adds;
    return 1;
}

}  // namespace

void redirect(std::span<const Redirection> redirections) { dl_iterate_phdr(redirect_in, &redirections); }

unsigned long long loads_so_far() {
    unsigned long long loads = 0;
    dl_iterate_phdr(read_loads, &loads);
    return loads;
}

}  // namespace pyprof::mpi
