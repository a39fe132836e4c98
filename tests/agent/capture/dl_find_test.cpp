#include "agent/capture/dl_find.h"

#include <cmath>
#include <cstdlib>
#include <dlfcn.h>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof::capture;

TEST_CASE("code lies in the object that the loader names") {
    REQUIRE(set_up_object_lookup(GENERATE(ObjectLookup::automatic, ObjectLookup::own_table)));
    CHECK(can_look_up_objects());
    double (*const sine)(double) = std::sin;
    for (void* place : {reinterpret_cast<void*>(&std::qsort), reinterpret_cast<void*>(sine),
                        reinterpret_cast<void*>(&set_up_object_lookup)}) {
        Dl_info info;
        link_map* map = nullptr;
        REQUIRE(dladdr1(place, &info, reinterpret_cast<void**>(&map), RTLD_DL_LINKMAP) != 0);
        FoundObject found;
        REQUIRE(find_object(reinterpret_cast<std::uint64_t>(place), found));
        CHECK(found.map == map);
        CHECK(found.begin == reinterpret_cast<std::uint64_t>(info.dli_fbase));
        CHECK(found.end > reinterpret_cast<std::uint64_t>(place));
        CHECK(found.eh_frame_header > found.begin);
    }
}

TEST_CASE("stack, heap and null lie in no object") {
    REQUIRE(set_up_object_lookup(GENERATE(ObjectLookup::automatic, ObjectLookup::own_table)));
    FoundObject found;
    int on_stack = 0;
    void* on_heap = std::malloc(16);
    CHECK_FALSE(find_object(reinterpret_cast<std::uint64_t>(&on_stack), found));
    CHECK_FALSE(find_object(reinterpret_cast<std::uint64_t>(on_heap), found));
    CHECK_FALSE(find_object(0, found));
    CHECK_FALSE(find_object(~0ULL, found));
    std::free(on_heap);
}

TEST_CASE("both ways find the same objects") {
    std::vector<std::uint64_t> places;
    const auto add_segments = [](dl_phdr_info* object, std::size_t, void* into) {
        for (int i = 0; i < object->dlpi_phnum; ++i)
            if (object->dlpi_phdr[i].p_type == PT_LOAD)
                static_cast<std::vector<std::uint64_t>*>(into)->push_back(object->dlpi_addr +
                                                                          object->dlpi_phdr[i].p_vaddr);
        return 0;
    };
    dl_iterate_phdr(add_segments, &places);
    CHECK(places.size() > 10);
    for (const std::uint64_t place : places) {
        FoundObject loaders, own;
        REQUIRE(set_up_object_lookup());
        REQUIRE(find_object(place, loaders));
        REQUIRE(set_up_object_lookup(ObjectLookup::own_table));
        REQUIRE(find_object(place, own));
        CHECK(own.map == loaders.map);
        CHECK(own.begin == loaders.begin);
        CHECK(own.end == loaders.end);
        CHECK(own.eh_frame_header == loaders.eh_frame_header);
    }
    REQUIRE(set_up_object_lookup());
}
