#include "agent/capture/stack_scan.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "tests/support/catch.h"

extern "C" void pyprof_test_note_return(std::uint64_t*);  // stores its return address

using namespace pyprof::capture;

namespace {

RecordingWriter writer;

NativeCode& code() {
    static const auto ready = [] {
        auto fresh = std::make_unique<NativeCode>();
        fresh->set_up(writer, "/the/program");
        return fresh;
    }();
    return *ready;
}

bool is_call(const std::vector<unsigned char>& bytes) {
    return ends_with_call(bytes.data() + bytes.size(), bytes.size());
}

[[gnu::noinline]] std::uint64_t a_return_address() {
    const auto address = reinterpret_cast<std::uint64_t>(__builtin_return_address(0));
    asm volatile("" ::: "memory");
    return address;
}

struct FakeStack {
    std::vector<std::uint64_t> words;
    std::uint64_t sp() const { return reinterpret_cast<std::uint64_t>(words.data()); }
    StackMemory memory() const { return {{sp(), sp() + words.size() * 8}, sp()}; }
    // The return address `first` in word `at`, as if the function around it had been called by `others`, and those by
    // themselves, more often than a scan follows.
    void put_chain(std::size_t at, std::uint64_t first, std::uint64_t others);
    void put_chain(std::size_t at, std::uint64_t address) { put_chain(at, address, address); }
};

std::size_t frame_words(std::uint64_t return_address) {
    const Row row = code().find_row(return_address - 1, 0);
    REQUIRE(row.kind() == RowKind::rsp);
    return static_cast<std::size_t>(row.cfa_field());
}

void FakeStack::put_chain(std::size_t at, std::uint64_t first, std::uint64_t others) {
    words[at] = first;
    at += frame_words(first);
    for (int i = 0; i < 150; ++i, at += frame_words(others)) words.at(at) = others;
}

}  // namespace

TEST_CASE("every form of a call instruction is known") {
    CHECK(is_call({0xe8, 1, 2, 3, 4}));
    CHECK(is_call({0xff, 0xd0}));                    // call *%rax
    CHECK(is_call({0x41, 0xff, 0xd3}));              // call *%r11
    CHECK(is_call({0xff, 0x10}));                    // call *(%rax)
    CHECK(is_call({0xff, 0x14, 0xc7}));              // call *(%rdi,%rax,8)
    CHECK(is_call({0xff, 0x50, 0x18}));              // call *0x18(%rax)
    CHECK(is_call({0xff, 0x54, 0x24, 0x08}));        // call *8(%rsp)
    CHECK(is_call({0xff, 0x15, 1, 2, 3, 4}));        // call *x(%rip)
    CHECK(is_call({0xff, 0x90, 1, 2, 3, 4}));        // call *x(%rax)
    CHECK(is_call({0xff, 0x94, 0x24, 1, 2, 3, 4}));  // call *x(%rsp)
    CHECK(is_call({0xff, 0x14, 0xc5, 1, 2, 3, 4}));  // call *x(,%rax,8)
}

TEST_CASE("what is not a call is not taken for one") {
    CHECK_FALSE(is_call({}));
    CHECK_FALSE(is_call({0xe8, 1, 2, 3}));  // too short
    CHECK_FALSE(is_call({0xe8, 1, 2, 3, 4, 5}));
    CHECK_FALSE(is_call({0xff, 0xe0}));        // jmp *%rax
    CHECK_FALSE(is_call({0xff, 0x30}));        // push (%rax)
    CHECK_FALSE(is_call({0x90, 0xff, 0x50}));  // displacement missing
    CHECK_FALSE(is_call({0xc3}));
    CHECK_FALSE(is_call({0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90}));
}

TEST_CASE("a return address is told from other addresses of code") {
    const std::uint64_t address = a_return_address();
    CHECK(is_return_address(code(), 0, address));
    CHECK_FALSE(is_return_address(code(), 0, address + 1));
    CHECK_FALSE(is_return_address(code(), 0, reinterpret_cast<std::uint64_t>(&std::qsort)));
    CHECK_FALSE(is_return_address(code(), 0, 0));
    CHECK_FALSE(is_return_address(code(), 0, ~0ULL));
    CHECK_FALSE(is_return_address(code(), 0, reinterpret_cast<std::uint64_t>(&address)));
}

TEST_CASE("the scan takes the first return address") {
    FakeStack stack{{1, 0, reinterpret_cast<std::uint64_t>(&std::qsort), a_return_address() + 1, a_return_address(),
                     a_return_address()}};
    stack.words.resize(16);
    StackMemory memory = stack.memory();
    GuessedCaller caller{1, 2, 3};
    REQUIRE(scan_for_caller({code(), 0, stack.sp(), true, nullptr}, memory, caller));
    CHECK(caller.pc == stack.words[4]);
    CHECK(caller.sp == stack.sp() + 5 * 8);
    CHECK(caller.bp == 3);
}

TEST_CASE("a return address left by an earlier call gives way to one whose callers can be followed") {
    const std::uint64_t address = a_return_address();
    FakeStack stack{std::vector<std::uint64_t>(frame_words(address) * 200)};
    StackMemory memory = stack.memory();
    GuessedCaller caller{};
    stack.words[0] = address;  // its own caller would be a zero
    stack.put_chain(3, address);
    REQUIRE(scan_for_caller({code(), 0, stack.sp(), true, nullptr}, memory, caller));
    CHECK(caller.sp == stack.sp() + 4 * 8);
}

TEST_CASE("from code without unwind information a call of a function that has some is not the caller") {
    const std::uint64_t stale = a_return_address();  // after a direct call of a known function
    std::uint64_t bare = 0;
    pyprof_test_note_return(&bare);  // its own code has no unwind information
    FakeStack stack{std::vector<std::uint64_t>(std::max(frame_words(stale), frame_words(bare)) * 200)};
    StackMemory memory = stack.memory();
    GuessedCaller caller{};
    stack.put_chain(2, stale);
    stack.put_chain(5, bare, stale);
    REQUIRE(scan_for_caller({code(), 0, stack.sp(), false, nullptr}, memory, caller));
    CHECK(caller.pc == bare);
    REQUIRE(scan_for_caller({code(), 0, stack.sp(), true, nullptr}, memory, caller));
    CHECK(caller.pc == stale);
}

TEST_CASE("a leaf's register leads past a buffer of stale return addresses") {
    std::uint64_t bare = 0;
    pyprof_test_note_return(&bare);
    const std::uint64_t address = a_return_address();
    FakeStack stack{std::vector<std::uint64_t>(2000 + std::max(frame_words(address), frame_words(bare)) * 200)};
    StackMemory memory = stack.memory();
    GuessedCaller caller{};
    for (std::size_t word = 100; word < 1500; word += 7) stack.words[word] = bare;
    stack.put_chain(100, bare, address);  // even a sound one
    stack.put_chain(1612, bare, address);
    Registers registers = {};
    registers.value[3] = stack.sp() + 1600 * 8;
    REQUIRE(scan_for_caller({code(), 0, stack.sp(), false, &registers}, memory, caller));
    CHECK(caller.sp == stack.sp() + 1613 * 8);
    REQUIRE(scan_for_caller({code(), 0, stack.sp(), false, nullptr}, memory, caller));
    CHECK(caller.sp < stack.sp() + 1500 * 8);
}

TEST_CASE("the scan ends after its last word and at the stack's end") {
    FakeStack stack{std::vector<std::uint64_t>(max_scanned_words + 8)};
    StackMemory memory = stack.memory();
    GuessedCaller caller{};
    CHECK_FALSE(scan_for_caller({code(), 0, stack.sp(), true, nullptr}, memory, caller));
    stack.words[max_scanned_words] = a_return_address();
    CHECK_FALSE(scan_for_caller({code(), 0, stack.sp(), true, nullptr}, memory, caller));
    stack.words[max_scanned_words - 1] = a_return_address();
    CHECK(scan_for_caller({code(), 0, stack.sp(), true, nullptr}, memory, caller));
    CHECK_FALSE(scan_for_caller({code(), 0, stack.sp() + (max_scanned_words + 1) * 8, true, nullptr}, memory, caller));
}

TEST_CASE("a frame pointer is followed to a return address only") {
    FakeStack stack{{7, 7, 7, 7, 0x1234, a_return_address(), 7, 7}};
    StackMemory memory = stack.memory();
    const std::uint64_t frame = stack.sp() + 4 * 8;
    GuessedCaller caller{1, 2, frame};
    REQUIRE(follow_frame_pointer(code(), 0, memory, stack.sp(), caller));
    CHECK(caller.pc == stack.words[5]);
    CHECK(caller.sp == frame + 16);
    CHECK(caller.bp == 0x1234);
    for (const std::uint64_t wrong :
         {frame - 8, frame + 1, frame + 8, stack.sp() - 16, std::uint64_t{0}, ~std::uint64_t{15}}) {
        GuessedCaller other{1, 2, wrong};
        CHECK_FALSE(follow_frame_pointer(code(), 0, memory, stack.sp(), other));
        CHECK(other.pc == 1);
    }
}
