#include "agent/capture/elf_image.h"

#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <iterator>
#include <link.h>
#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof::capture;

namespace {

struct Loaded {
    std::string path;
    ElfImage image;
};

std::vector<Loaded> loaded_objects() {
    std::vector<Loaded> objects;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* into) {
            static_cast<std::vector<Loaded>*>(into)->push_back(
                {info->dlpi_name, {info->dlpi_addr, info->dlpi_phdr, info->dlpi_phnum}});
            return 0;
        },
        &objects);
    return objects;
}

Loaded object_called(const char* part) {
    for (const Loaded& object : loaded_objects())
        if (object.path.find(part) != std::string::npos) return object;
    return {};
}

// The slow twin: the note section of the file, by its name in the section headers.
std::string build_id_in_file(const std::string& path) {
    std::ifstream stream{path, std::ios::binary};
    const std::string file{std::istreambuf_iterator<char>{stream}, {}};
    const auto* header = reinterpret_cast<const Elf64_Ehdr*>(file.data());
    const auto* sections = reinterpret_cast<const Elf64_Shdr*>(file.data() + header->e_shoff);
    for (int i = 0; i < header->e_shnum; ++i) {
        const char* name = file.data() + sections[header->e_shstrndx].sh_offset + sections[i].sh_name;
        if (std::strcmp(name, ".note.gnu.build-id") == 0)
            return file.substr(sections[i].sh_offset + 16, sections[i].sh_size - 16);
    }
    return {};
}

}  // namespace

TEST_CASE("exports are found where the loader finds them, absent ones are not") {
    const ElfImage libc = object_called("libc.so").image;
    void* handle = dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD);  // a sanitizer's own versions come first elsewhere
    REQUIRE(handle != nullptr);
    for (const char* name : {"malloc", "printf", "getpid", "strtod", "qsort"}) {
        CAPTURE(name);
        void* symbol = dlsym(handle, name);
        CHECK(find_export(libc, name) == reinterpret_cast<std::uint64_t>(symbol));
    }
    CHECK(find_export(libc, "no_such_function") == 0);
    CHECK(find_export(libc, "mallo") == 0);
    CHECK(find_export(libc, "") == 0);
}

TEST_CASE("the vDSO's unrelocated dynamic section is understood") {
    const Loaded vdso = object_called("vdso");
    if (!vdso.path.empty()) CHECK(find_export(vdso.image, "__vdso_clock_gettime") != 0);
}

TEST_CASE("build ids are those of the files") {
    int checked = 0;
    for (const Loaded& object : loaded_objects()) {
        if (object.path.empty() || object.path.find('/') == std::string::npos) continue;
        CAPTURE(object.path);
        const BuildId found = find_build_id(object.image);
        CHECK(std::string(reinterpret_cast<const char*>(found.bytes), found.count) == build_id_in_file(object.path));
        ++checked;
    }
    CHECK(checked > 1);
}

TEST_CASE("the identity tells objects apart and repeats") {
    const std::vector<Loaded> objects = loaded_objects();
    for (const Loaded& left : objects)
        for (const Loaded& right : objects)
            CHECK((hash_identity(left.image) == hash_identity(right.image)) == (left.path == right.path));
}

TEST_CASE("reads end with their segment") {
    static unsigned char memory[256];
    Elf64_Phdr headers[4] = {};
    headers[0] = {PT_LOAD, PF_R, 0, 0, 0, 128, 128, 0x1000};
    headers[1] = {PT_LOAD, PF_X, 0, 128, 0, 32, 32, 0x1000};  // executable only
    headers[2] = {PT_LOAD, PF_R | PF_X, 0, 160, 0, 16, 16, 0x1000};
    headers[3] = {PT_LOAD, PF_R | PF_X, 0, 192, 0, 16, 16, 0x1000};  // behind a gap
    const auto base = reinterpret_cast<std::uint64_t>(memory);
    const ElfImage image{base, headers, 4};
    CHECK(image.holds(base, 128));
    CHECK_FALSE(image.holds(base, 129));
    CHECK_FALSE(image.holds(base + 120, 9));
    CHECK_FALSE(image.holds(base - 1, 1));
    CHECK_FALSE(image.holds(base + 128, 1));
    CHECK_FALSE(image.holds(base + 1, ~0ULL));
    CHECK(image.code_around(base + 128).end == 0);
    CHECK(image.code_around(base + 175).begin == base + 160);
    CHECK(image.code_around(base + 176).end == 0);
    CHECK(image.code_around(base + 192).end == base + 208);
}

TEST_CASE("what does not start with an ELF header has no segments") {
    alignas(8) static unsigned char memory[4096];
    const auto at = reinterpret_cast<std::uint64_t>(memory);
    CHECK(ElfImage::at(at, at + sizeof memory, at).begin() == ElfImage::at(at, at + sizeof memory, at).end());
    Elf64_Ehdr header = {};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_phnum = 100;
    header.e_phoff = sizeof memory - 8;  // the table would lie outside
    std::memcpy(memory, &header, sizeof header);
    const ElfImage image = ElfImage::at(at, at + sizeof memory, at);
    CHECK(image.begin() == image.end());
    CHECK(find_export(image, "x") == 0);
    CHECK(find_build_id(image).count == 0);
}
