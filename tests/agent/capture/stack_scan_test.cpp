#include "agent/capture/stack_scan.h"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "tests/support/catch.h"

// walk_oracle_code.S: two return addresses in a function whose frame has four words.
extern "C" const char pyprof_test_after_known_call[];  // of a function with unwind information
extern "C" const char pyprof_test_after_bare_call[];   // of one without

using namespace pyprof;
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

// The first scan of a walk.
ScannedFrame frame_at(std::uint64_t sp, bool has_unwind_information, const Registers* registers) {
    static std::uint32_t words_left;
    static NearRows near_rows;
    words_left = max_scanned_words_of_walk;
    return {code(), 0, near_rows, sp, has_unwind_information, registers, words_left};
}

constexpr std::size_t frame_words = 4;
std::uint64_t after_known() { return reinterpret_cast<std::uint64_t>(pyprof_test_after_known_call); }
std::uint64_t after_bare() { return reinterpret_cast<std::uint64_t>(pyprof_test_after_bare_call); }

struct FakeStack {
    std::vector<std::uint64_t> words;
    std::uint64_t sp() const { return reinterpret_cast<std::uint64_t>(words.data()); }
    StackMemory memory() const { return {{sp(), sp() + words.size() * 8}, sp()}; }
    // `first` in word `at`, as if its function had been called from its other call, and that from itself, more often
    // than a scan follows.
    void put_chain(std::size_t at, std::uint64_t first) {
        words[at] = first;
        for (std::size_t i = 1; i < 150; ++i) words.at(at + i * frame_words) = after_known();
    }
};

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
    const std::uint64_t address = after_known();
    CHECK(is_return_address(code(), 0, address));
    CHECK_FALSE(is_return_address(code(), 0, address + 1));
    CHECK_FALSE(is_return_address(code(), 0, reinterpret_cast<std::uint64_t>(&std::qsort)));
    CHECK_FALSE(is_return_address(code(), 0, 0));
    CHECK_FALSE(is_return_address(code(), 0, ~0ULL));
    CHECK_FALSE(is_return_address(code(), 0, reinterpret_cast<std::uint64_t>(&address)));
}

TEST_CASE("the scan takes the first return address") {
    FakeStack stack{
        {1, 0, reinterpret_cast<std::uint64_t>(&std::qsort), after_known() + 1, after_known(), after_known()}};
    stack.words.resize(16);
    StackMemory memory = stack.memory();
    GuessedCaller caller{1, 2, 3};
    REQUIRE(scan_for_caller(frame_at(stack.sp(), true, nullptr), memory, caller));
    CHECK(caller.pc == stack.words[4]);
    CHECK(caller.sp == stack.sp() + 5 * 8);
    CHECK(caller.bp == 3);
}

TEST_CASE("a return address left by an earlier call gives way to one whose callers can be followed") {
    FakeStack stack{std::vector<std::uint64_t>(frame_words * 200)};
    StackMemory memory = stack.memory();
    GuessedCaller caller{};
    stack.words[0] = after_known();  // its own caller would be a zero
    stack.put_chain(3, after_known());
    REQUIRE(scan_for_caller(frame_at(stack.sp(), true, nullptr), memory, caller));
    CHECK(caller.sp == stack.sp() + 4 * 8);
}

TEST_CASE("behind a word whose callers led nowhere the search goes on, for sound ones alone") {
    FakeStack stack{std::vector<std::uint64_t>(frame_words * 200)};
    StackMemory memory = stack.memory();
    GuessedCaller caller{};
    stack.put_chain(2, after_known());
    stack.words[1] = after_known();  // its own caller would be a zero
    ScannedFrame frame = frame_at(stack.sp(), true, nullptr);
    REQUIRE(scan_for_caller(frame, memory, caller));
    CHECK(caller.sp == stack.sp() + 3 * 8);
    frame.rejected = caller.sp - 8;
    REQUIRE(scan_for_caller(frame, memory, caller));
    CHECK(caller.sp == stack.sp() + (3 + frame_words) * 8);
    stack.words.assign(stack.words.size(), 0);
    stack.words[20] = after_known();
    CHECK_FALSE(scan_for_caller(frame, memory, caller));
}

TEST_CASE("from code without unwind information a call of a function that has some is not the caller") {
    FakeStack stack{std::vector<std::uint64_t>(frame_words * 200)};
    StackMemory memory = stack.memory();
    GuessedCaller caller{};
    stack.put_chain(2, after_known());
    stack.put_chain(5, after_bare());
    REQUIRE(scan_for_caller(frame_at(stack.sp(), false, nullptr), memory, caller));
    CHECK(caller.pc == after_bare());
    REQUIRE(scan_for_caller(frame_at(stack.sp(), true, nullptr), memory, caller));
    CHECK(caller.pc == after_known());
}

TEST_CASE("a leaf's register leads past a buffer of stale return addresses") {
    FakeStack stack{std::vector<std::uint64_t>(2000 + frame_words * 200)};
    StackMemory memory = stack.memory();
    GuessedCaller caller{};
    for (std::size_t word = 100; word < 1500; word += 7) stack.words[word] = after_bare();
    stack.put_chain(100, after_bare());  // even a sound one
    stack.put_chain(1612, after_bare());
    Registers registers = {};
    registers.value[3] = stack.sp() + 1600 * 8;
    REQUIRE(scan_for_caller(frame_at(stack.sp(), false, &registers), memory, caller));
    CHECK(caller.sp == stack.sp() + 1613 * 8);
    REQUIRE(scan_for_caller(frame_at(stack.sp(), false, nullptr), memory, caller));
    CHECK(caller.sp < stack.sp() + 1500 * 8);
}

TEST_CASE("the scan ends after its last word and at the stack's end") {
    FakeStack stack{std::vector<std::uint64_t>(max_scanned_words + 8)};
    StackMemory memory = stack.memory();
    GuessedCaller caller{};
    CHECK_FALSE(scan_for_caller(frame_at(stack.sp(), true, nullptr), memory, caller));
    stack.words[max_scanned_words] = after_known();
    CHECK_FALSE(scan_for_caller(frame_at(stack.sp(), true, nullptr), memory, caller));
    stack.words[max_scanned_words - 1] = after_known();
    CHECK(scan_for_caller(frame_at(stack.sp(), true, nullptr), memory, caller));
    CHECK_FALSE(scan_for_caller(frame_at(stack.sp() + (max_scanned_words + 1) * 8, true, nullptr), memory, caller));
}

TEST_CASE("the scans of one walk end together") {
    FakeStack stack{std::vector<std::uint64_t>(max_scanned_words)};
    StackMemory memory = stack.memory();
    GuessedCaller caller{};
    const ScannedFrame frame = frame_at(stack.sp(), true, nullptr);
    stack.words[100] = after_known();
    CHECK(scan_for_caller(frame, memory, caller));
    stack.words[100] = 0;
    int scans = 0;
    for (; frame.words_left > 0; ++scans) CHECK_FALSE(scan_for_caller(frame, memory, caller));
    CHECK(scans <= 2);
    stack.words[0] = after_known();
    CHECK_FALSE(scan_for_caller(frame, memory, caller));
    CHECK_FALSE(return_at_top(frame, memory, caller));
}

TEST_CASE("a frame pointer is followed to a return address only") {
    FakeStack stack{{7, 7, 7, 7, 0x1234, after_known(), 7, 7}};
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

namespace {

// Three functions of a JIT compiler: the first calls the second, directly and through a register, and the third.
struct JitFunctions {
    static constexpr std::uint32_t sizes[] = {64, 32, 32};
    alignas(64) unsigned char code[128] = {};
    std::uint64_t begin = reinterpret_cast<std::uint64_t>(code);
    std::uint64_t second = begin + 64, third = begin + 96;

    explicit JitFunctions(JitTable& table) {
        put_call(16, second);
        put_call(32, third);
        const unsigned char by_register[] = {0x48, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xd0};  // movabs, call *%rax
        std::memcpy(code + 44, by_register, sizeof by_register);
        std::memcpy(code + 46, &second, sizeof second);
        constexpr std::uint32_t bytes = sizeof(wire::JitRecord) + 3 * sizeof(wire::JitFunction);
        wire::JitRecord* const record = table.next_record(bytes);
        REQUIRE(record != nullptr);
        record->begin = begin;
        record->end = begin + sizeof code;
        record->function_count = 3;
        auto* function = reinterpret_cast<wire::JitFunction*>(record + 1);
        for (std::uint32_t i = 0, offset = 0; i < 3; offset += sizes[i++]) function[i] = {offset, sizes[i], 0, 0};
        table.add(bytes, begin);
    }

    void put_call(std::size_t end, std::uint64_t target) {
        const auto distance = static_cast<std::int32_t>(target - begin - end);
        code[end - 5] = 0xe8;
        std::memcpy(code + end - 4, &distance, sizeof distance);
    }
    std::uint64_t after_direct() const { return begin + 16; }
    std::uint64_t after_call_of_third() const { return begin + 32; }
    std::uint64_t after_call_by_register() const { return begin + 56; }
};

}  // namespace

TEST_CASE("compiled code is left to the compiled code that called it, not to what called another function") {
    const JitFunctions jit{code().jit_code};
    FakeStack stack{std::vector<std::uint64_t>(100)};
    stack.words[3] = jit.after_call_of_third();
    stack.words[5] = jit.begin + 20;  // follows no call
    stack.words[9] = GENERATE_COPY(jit.after_direct(), jit.after_call_by_register());
    StackMemory memory = stack.memory();
    GuessedCaller caller{0, 0, 7};
    ScannedFrame frame = frame_at(stack.sp(), false, nullptr);
    REQUIRE(scan_for_jit_caller(frame, jit.second + 8, memory, caller));
    CHECK(caller.pc == stack.words[9]);
    CHECK(caller.sp == stack.sp() + 80);
    CHECK(caller.bp == 7);
    REQUIRE(scan_for_jit_caller(frame, jit.third, memory, caller));
    CHECK(caller.pc == jit.after_call_of_third());
}

TEST_CASE("a sound return address into an object is nearer than compiled code further on") {
    const JitFunctions jit{code().jit_code};
    FakeStack stack{std::vector<std::uint64_t>(1000)};
    stack.put_chain(2, after_known());
    stack.words[20] = jit.after_direct();
    StackMemory memory = stack.memory();
    GuessedCaller caller{0, 0, 0};
    CHECK_FALSE(scan_for_jit_caller(frame_at(stack.sp(), false, nullptr), jit.second, memory, caller));
    stack.words[2] = 0;
    CHECK_FALSE(scan_for_jit_caller(frame_at(stack.sp(), false, nullptr), 0x1234, memory, caller));
}
