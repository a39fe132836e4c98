#include "agent/cpython/thread_local.h"

#include <link.h>
#include <thread>

#include "tests/support/catch.h"

using pyprof::cpython::ThreadLocal;

namespace {

thread_local std::uint64_t mine = 7;

std::uint64_t thread_pointer() {
    std::uint64_t value;
    __asm__("movq %%fs:0, %0" : "=r"(value));
    return value;
}

// Number and block of this program's own thread-local storage in the calling thread.
struct Block {
    std::uint64_t module, address;
};
Block own_block() {
    Block block{};
    dl_iterate_phdr(
        [](dl_phdr_info* object, std::size_t, void* found) {
            *static_cast<Block*>(found) = {object->dlpi_tls_modid,
                                           reinterpret_cast<std::uint64_t>(object->dlpi_tls_data)};
            return 1;  // the first object is the program
        },
        &block);
    return block;
}

ThreadLocal by_thread_pointer() {
    const std::uint64_t distance = reinterpret_cast<std::uint64_t>(&mine) - thread_pointer();
    return {ThreadLocal::Place::thread_pointer, 0, static_cast<std::int64_t>(distance)};
}

ThreadLocal by_module_block() {
    mine = 7;  // used, so that the block is there
    const Block block = own_block();
    return {ThreadLocal::Place::module_block, block.module,
            static_cast<std::int64_t>(reinterpret_cast<std::uint64_t>(&mine) - block.address)};
}

}  // namespace

TEST_CASE("a thread-local variable is read in the thread that asks") {
    const ThreadLocal place = GENERATE(by_thread_pointer(), by_module_block());
    mine = 1;
    std::uint64_t elsewhere = 0;
    std::thread{[&] {
        mine = 2;
        elsewhere = place.load();
    }}.join();
    CHECK(place.load() == 1);
    CHECK(elsewhere == 2);
}

TEST_CASE("where there is no variable there is no value") {
    CHECK(ThreadLocal{}.load() == 0);
    CHECK(ThreadLocal{ThreadLocal::Place::module_block, 0, 0}.load() == 0);
    CHECK(ThreadLocal{ThreadLocal::Place::module_block, 1'000'000, 0}.load() == 0);
}
