#include "agent/capture/object_table.h"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

#include "tests/support/catch.h"

using namespace pyprof::capture;

namespace {

// A list of objects as a loader would keep it, whose objects are ELF headers with one segment each.
struct Object {
    Elf64_Ehdr header{};
    Elf64_Phdr segments[2]{};
    link_map map{};

    Object() {
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_phoff = sizeof header;
        header.e_phentsize = sizeof(Elf64_Phdr);
        header.e_phnum = 2;
        segments[0] = {.p_type = PT_LOAD,
                       .p_flags = PF_R,
                       .p_offset = 0,
                       .p_vaddr = 0,
                       .p_paddr = 0,
                       .p_filesz = 0,
                       .p_memsz = bytes,
                       .p_align = 4096};
        segments[1] = {.p_type = PT_GNU_EH_FRAME,
                       .p_flags = PF_R,
                       .p_offset = 0,
                       .p_vaddr = 64,
                       .p_paddr = 0,
                       .p_filesz = 0,
                       .p_memsz = 16,
                       .p_align = 8};
        map.l_addr = reinterpret_cast<std::uint64_t>(this);
        map.l_ld = reinterpret_cast<Elf64_Dyn*>(this);
    }
    static constexpr std::uint64_t bytes = 1024;
    std::uint64_t place() const { return reinterpret_cast<std::uint64_t>(this) + 512; }
};

struct FakeLoader {
    r_debug debug{};
    ElfImage program;
    std::unique_ptr<ObjectTable> table = std::make_unique<ObjectTable>();

    FakeLoader() { debug.r_state = r_debug::RT_CONSISTENT; }

    void append(Object& object) {
        if (debug.r_map == nullptr) {
            debug.r_map = &object.map;
            program = {object.map.l_addr, object.segments, 2};
            return;
        }
        link_map* last = debug.r_map;
        while (last->l_next != nullptr) last = last->l_next;
        last->l_next = &object.map;
        object.map.l_prev = last;
    }
    // As glibc does: the object's own links stay.
    static void remove(Object& object) {
        if (object.map.l_prev != nullptr) object.map.l_prev->l_next = object.map.l_next;
        if (object.map.l_next != nullptr) object.map.l_next->l_prev = object.map.l_prev;
    }
    bool set_up() { return table->set_up(&debug, program); }
    const link_map* find(const Object& object) {
        FoundObject found;
        return table->find(object.place(), found) ? found.map : nullptr;
    }
    const link_map* find_after_change(const Object& object) {
        table->expect_change();
        return find(object);
    }
};

// Objects begin on pages, as the kernel maps them.
struct Pages {
    static constexpr std::size_t count = 6;
    char* memory = static_cast<char*>(std::aligned_alloc(4096, count * 4096));
    Object* at(std::size_t i) { return new (memory + i * 4096) Object; }
    Pages() = default;
    Pages(const Pages&) = delete;
    Pages& operator=(const Pages&) = delete;
    ~Pages() { std::free(memory); }
};

}  // namespace

TEST_CASE("an address lies in the object whose segments surround it") {
    Pages pages;
    FakeLoader loader;
    Object &program = *pages.at(0), &library = *pages.at(1);
    loader.append(program);
    loader.append(library);
    REQUIRE(loader.set_up());
    CHECK(loader.find(program) == &program.map);
    FoundObject found;
    REQUIRE(loader.table->find(library.place(), found));
    CHECK(found.map == &library.map);
    CHECK(found.begin == library.map.l_addr);
    CHECK(found.end == library.map.l_addr + Object::bytes);
    CHECK(found.eh_frame_header == library.map.l_addr + 64);
    CHECK_FALSE(loader.table->find(found.end, found));
    CHECK_FALSE(loader.table->find(0, found));
}

TEST_CASE("new objects are found, but not looked for at every address that is in none") {
    Pages pages;
    FakeLoader loader;
    Object &program = *pages.at(0), &first = *pages.at(1), &second = *pages.at(2);
    loader.append(program);
    REQUIRE(loader.set_up());
    CHECK(loader.find(first) == nullptr);
    loader.append(first);
    CHECK(loader.find_after_change(first) == &first.map);
    loader.append(second);
    while (loader.find(second) == nullptr) {
    }  // the time between two looks is over sooner or later
    CHECK(loader.find(second) == &second.map);
}

TEST_CASE("an object that was taken out of the list is not found") {
    Pages pages;
    FakeLoader loader;
    Object* object[4];
    for (std::size_t i = 0; i < 4; ++i) loader.append(*(object[i] = pages.at(i)));
    REQUIRE(loader.set_up());
    SECTION("in the middle") {
        FakeLoader::remove(*object[1]);
        CHECK(loader.find_after_change(*object[1]) == nullptr);
        CHECK(loader.find(*object[2]) == &object[2]->map);
    }
    SECTION("at the end") {
        FakeLoader::remove(*object[3]);
        CHECK(loader.find(*object[3]) == nullptr);
    }
    SECTION("with its neighbours, in both orders") {
        FakeLoader::remove(*object[1]);
        FakeLoader::remove(*object[2]);
        CHECK(loader.find(*object[1]) == nullptr);
        FakeLoader::remove(*object[3]);
        CHECK(loader.find(*object[2]) == nullptr);
        CHECK(loader.find(*object[3]) == nullptr);
    }
    CHECK(loader.find(*object[0]) == &object[0]->map);
}

TEST_CASE("another object in the same place is the other object") {
    Pages pages;
    FakeLoader loader;
    Object &program = *pages.at(0), &library = *pages.at(1);
    loader.append(program);
    loader.append(library);
    REQUIRE(loader.set_up());
    FakeLoader::remove(library);
    link_map other = library.map;
    other.l_prev = &program.map;
    program.map.l_next = &other;
    CHECK(loader.find(library) == &other);
}

TEST_CASE("while the loader is at work nothing new is believed") {
    Pages pages;
    FakeLoader loader;
    Object &program = *pages.at(0), &library = *pages.at(1);
    loader.append(program);
    REQUIRE(loader.set_up());
    loader.debug.r_state = r_debug::RT_ADD;
    loader.append(library);
    CHECK(loader.find_after_change(library) == nullptr);
    CHECK(loader.find(program) == &program.map);
    loader.debug.r_state = r_debug::RT_CONSISTENT;
    CHECK(loader.find_after_change(library) == &library.map);
}

TEST_CASE("memory that is gone is not read") {
    Pages pages;
    FakeLoader loader;
    Object &program = *pages.at(0), &library = *pages.at(1);
    loader.append(program);
    loader.append(library);
    library.map.l_addr = 4096;  // where nothing is mapped
    REQUIRE(loader.set_up());
    CHECK(loader.find(program) == &program.map);
    program.map.l_next = reinterpret_cast<link_map*>(4096);
    CHECK(loader.find_after_change(program) == nullptr);
    ObjectTable unready;
    FoundObject found;
    CHECK_FALSE(unready.find(program.place(), found));
}

TEST_CASE("a reader sees whole entries while others renew the table") {
    Pages pages;
    FakeLoader loader;
    Object &program = *pages.at(0), &library = *pages.at(1), &other = *pages.at(2);
    loader.append(program);
    loader.append(library);
    REQUIRE(loader.set_up());
    std::atomic<bool> done{false};
    std::thread renewing{[&] {
        FoundObject found;
        while (!done.load()) {
            loader.table->expect_change();
            loader.append(other);
            loader.table->find(other.place(), found);
            FakeLoader::remove(other);
            loader.table->find(other.place(), found);
            other.map.l_prev = other.map.l_next = nullptr;
        }
    }};
    std::uint32_t wrong = 0, seen = 0;
    for (int i = 0; i < 20'000; ++i) {
        FoundObject found;
        if (!loader.table->find(program.place(), found)) continue;
        ++seen;
        wrong += found.map != &program.map || found.begin != program.map.l_addr;
    }
    done = true;
    renewing.join();
    CHECK(wrong == 0);
    CHECK(seen > 10'000);
}
