#include "agent/capture/native_walk.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <memory>
#include <pthread.h>
#include <string>
#include <sys/mman.h>
#include <thread>
#include <ucontext.h>
#include <vector>

#include "agent/capture/exact_cfi.h"
#include "agent/capture/native_code.h"
#include "tests/support/catch.h"

extern "C" void pyprof_test_call_bare(void (*)(void*), void*);
extern "C" void pyprof_test_call_bare_at_rbp(void (*)(void*), void*);
extern "C" const char pyprof_test_after_call_with_rbp[];
extern "C" void pyprof_test_call_by_rbx(void (*)(void*), void*);

using namespace pyprof::capture;

namespace {

RecordingWriter writer;

struct Walked {
    StackBounds bounds = {};
    WalkMemo memo = {};
    NativeStack stack = {};
    Walked() {
        native_code.set_up(writer, "/the/program");
        pthread_attr_t attributes;
        void* low = nullptr;
        std::size_t bytes = 0;
        pthread_getattr_np(pthread_self(), &attributes);
        pthread_attr_getstack(&attributes, &low, &bytes);
        pthread_attr_destroy(&attributes);
        bounds = {reinterpret_cast<std::uint64_t>(low), reinterpret_cast<std::uint64_t>(low) + bytes};
    }
};

thread_local Walked* current;

void on_signal(int, siginfo_t*, void* context) {
    walk_native(Registers::from(*static_cast<const ucontext_t*>(context)), current->bounds, current->memo,
                current->stack);
}

// Interrupts itself and walks.
[[gnu::noinline]] void interrupt(void* walked) {
    current = static_cast<Walked*>(walked);
    struct sigaction action = {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR1, &action, nullptr);
    pthread_kill(pthread_self(), SIGUSR1);
    asm volatile("" ::: "memory");
}

// Index of the first frame inside the function that starts at `function`, found by its call frame information; -1.
template <class Function>
int frame_in(const NativeStack& stack, Function* function) {
    for (std::uint32_t i = 0; i < stack.count; ++i)
        if (stack.frames[i].function != 0 &&
            stack.frames[i].pc - stack.frames[i].function == reinterpret_cast<std::uint64_t>(function))
            return static_cast<int>(i);
    return -1;
}

bool rises(const NativeStack& stack) {
    for (std::uint32_t i = 1; i < stack.count; ++i)
        if (stack.frames[i].sp <= stack.frames[i - 1].sp) return false;
    const std::uint64_t last = stack.frames[stack.count - 1].sp;
    return stack.end == WalkEnd::stopped ? stack.stack_end == last : stack.stack_end > last;
}

[[gnu::noinline]] int recurse(int depth, Walked& walked) {
    if (depth == 0) {
        interrupt(&walked);
        return 0;
    }
    const int below = recurse(depth - 1, walked);
    asm volatile("" ::: "memory");  // keeps the compiler from making a loop of it
    return below + depth;
}

[[gnu::noinline]] void call_null() {
    void (*volatile nothing)() = nullptr;
    nothing();
    asm volatile("" ::: "memory");
}

// For code that has its locals at rbp: leaves what looks like a caller with a frame pointer, whose own caller is a
// number.
[[gnu::noinline]] void leave_false_caller(void* walked) {
    auto* locals = static_cast<std::uint64_t*>(__builtin_dwarf_cfa());
    locals[0] = reinterpret_cast<std::uint64_t>(pyprof_test_after_call_with_rbp);
    locals[1] = 0x123456789;
    interrupt(walked);
    asm volatile("" ::: "memory");
}

}  // namespace

TEST_CASE("a walk on the main thread reaches its bottom") {
    const auto walked = std::make_unique<Walked>();
    CHECK(recurse(20, *walked) == 210);
    CHECK(walked->stack.end == WalkEnd::bottom);
    CHECK_FALSE(walked->stack.guessed);
    CHECK(rises(walked->stack));
    CHECK(walked->stack.stack_end == walked->bounds.high);
    const int first = frame_in(walked->stack, &recurse);
    REQUIRE(first > 0);
    for (int i = 0; i <= 20; ++i) {
        const NativeFrame& frame = walked->stack.frames[first + i];
        CHECK(frame.pc - frame.function == reinterpret_cast<std::uint64_t>(&recurse));
        CHECK(frame.is_return_address);
    }
    CHECK_FALSE(walked->stack.frames[0].is_return_address);
}

TEST_CASE("a walk on another thread reaches its bottom") {
    const auto reached = [] {
        const auto walked = std::make_unique<Walked>();
        recurse(3, *walked);
        return walked->stack.end == WalkEnd::bottom && !walked->stack.guessed && rises(walked->stack);
    };
    bool result = false;
    std::thread{[&] { result = reached(); }}.join();
    CHECK(result);
}

TEST_CASE("a second walk with a memo equals the first without") {
    const auto walked = std::make_unique<Walked>();
    const auto fresh = std::make_unique<NativeStack>();
    for (int round = 0; round < 3; ++round) {
        recurse(30 + round, *walked);
        *fresh = walked->stack;
        std::construct_at(&walked->memo);
        recurse(30 + round, *walked);
        REQUIRE(walked->stack.count == fresh->count);
        for (std::uint32_t i = 0; i < fresh->count; ++i)
            CHECK(walked->stack.frames[i].pc - walked->stack.frames[i].function ==
                  fresh->frames[i].pc - fresh->frames[i].function);
    }
}

namespace {

struct Twice {
    Walked remembering, forgetting;
    int differences = 0, walks = 0;
};
Twice* twice;

bool equal(const NativeStack& a, const NativeStack& b) {
    if (a.count != b.count || a.end != b.end || a.guessed != b.guessed || a.stack_end != b.stack_end) return false;
    for (std::uint32_t i = 0; i < a.count; ++i) {
        const NativeFrame &x = a.frames[i], &y = b.frames[i];
        if (x.pc != y.pc || x.sp != y.sp || x.module != y.module || x.is_return_address != y.is_return_address ||
            x.guessed != y.guessed || x.function != y.function)
            return false;
    }
    return true;
}

void on_signal_twice(int, siginfo_t*, void* context) {
    const Registers registers = Registers::from(*static_cast<const ucontext_t*>(context));
    Walked &a = twice->remembering, &b = twice->forgetting;
    walk_native(registers, a.bounds, a.memo, a.stack);
    b.memo.count = 0;
    walk_native(registers, b.bounds, b.memo, b.stack);
    ++twice->walks;
    if (!equal(a.stack, b.stack)) ++twice->differences;
}

void raise_here(void*) {
    pthread_kill(pthread_self(), SIGUSR2);
    asm volatile("" ::: "memory");
}

// Walks on the way down and on the way up, through frames of several kinds; `choices` says which comes next.
[[gnu::noinline]] void wander(std::uint64_t choices, int depth) {
    const auto deeper = [](void* argument) {
        const auto* const next = static_cast<const std::pair<std::uint64_t, int>*>(argument);
        wander(next->first, next->second);
    };
    std::pair<std::uint64_t, int> next{choices * 6364136223846793005ULL + 1442695040888963407ULL, depth - 1};
    if (choices >> 60 < 3) raise_here(nullptr);
    if (depth > 0) {
        switch (choices >> 33 & 7) {
            case 0:
                pyprof_test_call_by_rbx(deeper, &next);
                break;
            case 1:
                pyprof_test_call_bare(deeper, &next);
                break;
            case 2: {
                auto* room = static_cast<volatile char*>(__builtin_alloca(choices >> 40 & 1023));
                room[0] = 1;
                wander(next.first, next.second);
                break;
            }
            default:
                wander(next.first, next.second);
        }
    }
    if (choices >> 60 > 11 || depth == 0) raise_here(nullptr);
    asm volatile("" ::: "memory");
}

}  // namespace

TEST_CASE("whatever is remembered, a walk equals one that remembers nothing") {
    const auto both = std::make_unique<Twice>();
    twice = both.get();
    struct sigaction action = {};
    action.sa_sigaction = on_signal_twice;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR2, &action, nullptr);
    for (std::uint64_t round = 1; round <= 200; ++round)
        wander(round * 0x9e3779b97f4a7c15, static_cast<int>(round * 7 % 150));
    CHECK(both->walks > 5000);
    CHECK(both->differences == 0);
}

TEST_CASE("a very deep stack is full, its leaf end kept") {
    const auto walked = std::make_unique<Walked>();
    recurse(2000, *walked);
    CHECK(walked->stack.end == WalkEnd::full);
    CHECK(walked->stack.count == max_native_frames);
    CHECK(rises(walked->stack));
    CHECK(frame_in(walked->stack, &interrupt) > 0);
}

TEST_CASE("below code without unwind information the caller is guessed, and says so") {
    const auto walked = std::make_unique<Walked>();
    pyprof_test_call_bare(interrupt, walked.get());
    CHECK(walked->stack.end == WalkEnd::bottom);
    CHECK(walked->stack.guessed);
    CHECK(rises(walked->stack));
    const int inner = frame_in(walked->stack, &interrupt);
    REQUIRE(inner > 0);
    const NativeFrame& bare = walked->stack.frames[inner + 1];
    CHECK(bare.pc - reinterpret_cast<std::uint64_t>(&pyprof_test_call_bare) < 64);
    CHECK(bare.function == 0);
    CHECK_FALSE(bare.guessed);
    CHECK(walked->stack.frames[inner + 2].guessed);
    CHECK(walked->stack.frames[inner + 2].module == bare.module);
}

TEST_CASE("where the callers of a guess lead nowhere, another caller is guessed") {
    const auto walked = std::make_unique<Walked>();
    pyprof_test_call_bare_at_rbp(leave_false_caller, walked.get());
    CHECK(walked->stack.end == WalkEnd::bottom);
    CHECK(rises(walked->stack));
    const int inner = frame_in(walked->stack, &leave_false_caller);
    REQUIRE(inner > 0);
    const NativeFrame& caller = walked->stack.frames[inner + 2];
    CHECK(caller.guessed);
    CHECK(caller.pc != reinterpret_cast<std::uint64_t>(pyprof_test_after_call_with_rbp));
    CHECK(caller.sp == walked->stack.frames[inner + 1].sp + (8 + 2) * 8);  // locals, saved rbp, return address
}

TEST_CASE("a frame that finds its caller by rbx is left exactly") {
    const auto walked = std::make_unique<Walked>();
    pyprof_test_call_by_rbx(interrupt, walked.get());
    CHECK(walked->stack.end == WalkEnd::bottom);
    CHECK_FALSE(walked->stack.guessed);
    const int frame = frame_in(walked->stack, &pyprof_test_call_by_rbx);
    REQUIRE(frame > 0);
    CHECK(walked->stack.frames[frame + 1].sp - walked->stack.frames[frame].sp >= 200);
}

TEST_CASE("above a signal frame the pc is exact") {
    const auto walked = std::make_unique<Walked>();
    static Walked* target;
    target = walked.get();
    struct sigaction action = {};
    action.sa_handler = [](int) { interrupt(target); };
    sigaction(SIGUSR2, &action, nullptr);
    pthread_kill(pthread_self(), SIGUSR2);
    CHECK(walked->stack.end == WalkEnd::bottom);
    CHECK_FALSE(walked->stack.guessed);
    int exact = 0;
    for (std::uint32_t i = 1; i < walked->stack.count; ++i) exact += walked->stack.frames[i].is_return_address ? 0 : 1;
    CHECK(exact == 1);
}

TEST_CASE("a call through a null pointer is walked from its caller") {
    const auto walked = std::make_unique<Walked>();
    current = walked.get();
    struct sigaction action = {}, old;
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = [](int signal, siginfo_t* info, void* context) {
        on_signal(signal, info, context);
        auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;  // then returns from the call
        std::memcpy(&registers[REG_RIP], reinterpret_cast<const void*>(registers[REG_RSP]), 8);
        registers[REG_RSP] += 8;
    };
    sigaction(SIGSEGV, &action, &old);
    call_null();
    sigaction(SIGSEGV, &old, nullptr);
    CHECK(walked->stack.end == WalkEnd::bottom);
    CHECK(walked->stack.frames[0].pc == 0);
    CHECK(frame_in(walked->stack, &call_null) == 1);
}

TEST_CASE("a stack that is not the thread's own is walked by probed reads") {
    static ucontext_t main_context, fibre;
    static Walked* target;
    const auto walked = std::make_unique<Walked>();
    target = walked.get();
    constexpr std::size_t bytes = 1 << 18;
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    getcontext(&fibre);
    fibre.uc_stack = {.ss_sp = memory, .ss_flags = 0, .ss_size = bytes};
    fibre.uc_link = &main_context;
    makecontext(
        &fibre, [] { recurse(5, *target); }, 0);
    swapcontext(&main_context, &fibre);
    munmap(memory, bytes);
    const int first = frame_in(walked->stack, &recurse);
    REQUIRE(first > 0);
    for (int i = 0; i <= 5; ++i) {
        const NativeFrame& frame = walked->stack.frames[first + i];
        CHECK(frame.pc - frame.function == reinterpret_cast<std::uint64_t>(&recurse));
        CHECK_FALSE(frame.guessed);
    }
    CHECK(rises(walked->stack));
}

TEST_CASE("a fibre ends where nobody called it") {
    static Walked* walked;
    static ucontext_t outside, fibre;
    walked = new Walked;
    constexpr std::size_t bytes = 1 << 16;
    // Behind the fibre's stack lie words that look like callers.
    std::vector<std::uint64_t> memory(2 * bytes / 8, reinterpret_cast<std::uint64_t>(__builtin_return_address(0)));
    getcontext(&fibre);
    fibre.uc_stack.ss_sp = memory.data();
    fibre.uc_stack.ss_size = bytes;
    fibre.uc_link = &outside;
    makecontext(
        &fibre, +[] { interrupt(walked); }, 0);
    swapcontext(&outside, &fibre);
    CHECK(walked->stack.end == WalkEnd::bottom);
    CHECK_FALSE(walked->stack.guessed);
    CHECK(walked->stack.frames[walked->stack.count - 1].sp < reinterpret_cast<std::uint64_t>(memory.data()) + bytes);
    delete walked;
}

TEST_CASE("generated code with a frame pointer is walked through") {
    const auto walked = std::make_unique<Walked>();
    // push rbp; mov rbp, rsp; sub rsp, 32; mov rax, rdi; mov rdi, rsi; call *rax; leave; ret
    const unsigned char code[] = {0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec, 0x20, 0x48,
                                  0x89, 0xf8, 0x48, 0x89, 0xf7, 0xff, 0xd0, 0xc9, 0xc3};
    void* page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    std::memcpy(page, code, sizeof code);
    mprotect(page, 4096, PROT_READ | PROT_EXEC);
    reinterpret_cast<void (*)(void (*)(void*), void*)>(page)(interrupt, walked.get());
    CHECK(walked->stack.end == WalkEnd::bottom);
    CHECK(walked->stack.guessed);
    const int inner = frame_in(walked->stack, &interrupt);
    REQUIRE(inner > 0);
    CHECK(walked->stack.frames[inner + 1].pc == reinterpret_cast<std::uint64_t>(page) + 16);
    CHECK(walked->stack.frames[inner + 1].module == 0);
    CHECK(walked->stack.frames[inner + 2].guessed);
    munmap(page, 4096);
}

TEST_CASE("registers that make no sense give a leaf and stop") {
    const auto walked = std::make_unique<Walked>();
    Registers registers = {};
    registers.value[16] = 0x10;
    registers.value[rsp_register] =
        GENERATE(std::uint64_t{0}, std::uint64_t{0x1001}, ~std::uint64_t{7}, std::uint64_t{1} << 63);
    walk_native(registers, walked->bounds, walked->memo, walked->stack);
    CHECK(walked->stack.count == 1);
    CHECK(walked->stack.end == WalkEnd::stopped);
    CHECK(walked->stack.frames[0].pc == 0x10);
}

namespace {

// A stack on which every word is different and none can be an address, and a frame somewhere in it.
struct DistinctStack {
    static constexpr std::uint64_t word_count = 6000, first_word = 1000;
    std::vector<std::uint64_t> words = std::vector<std::uint64_t>(word_count);
    Registers registers = {};

    explicit DistinctStack(std::uint64_t pc) {
        for (std::uint64_t i = 0; i < word_count; ++i) words[i] = 0xffff000000000000 + i;
        for (std::uint64_t column = 0; column < 16; ++column) registers.value[column] = address(2000 + 16 * column);
        registers.value[rsp_register] = address(first_word);
        set_pc(pc);
    }
    void set_pc(std::uint64_t pc) { registers.value[return_register] = pc; }
    std::uint64_t address(std::uint64_t word) const { return reinterpret_cast<std::uint64_t>(words.data() + word); }
    StackBounds bounds() const { return {address(0), address(word_count)}; }
};

// Every function of the object around `inside`, by walking over its code.
std::vector<FunctionEntry> functions_around(std::uint64_t inside) {
    Module module;
    REQUIRE(native_code.modules.find(inside, module));
    const MemoryRange segment = module.image.code_around(inside);
    std::vector<FunctionEntry> functions;
    for (std::uint64_t pc = segment.begin; pc < segment.end;) {
        FunctionEntry entry;
        const bool found = find_function(module.eh_frame_header, module.unwind_memory, pc, entry);
        if (found) functions.push_back(entry);
        pc = found && entry.end > pc ? entry.end : pc + 1;
    }
    return functions;
}

}  // namespace

TEST_CASE("a row leaves every frame of the C library as the exact decoder does") {
    const auto walked = std::make_unique<Walked>();
    DistinctStack stack{0};
    std::uint64_t compared = 0, wrong = 0;
    for (const FunctionEntry& entry : functions_around(reinterpret_cast<std::uint64_t>(&std::qsort))) {
        for (std::uint64_t pc = entry.begin; pc < entry.end; pc += 1 + (entry.end - entry.begin) / 16) {
            FrameRules rules;
            if (!find_rules(entry, pc, rules) || compact(rules).kind() == RowKind::signal) continue;
            stack.set_pc(pc);
            StackMemory memory{stack.bounds(), stack.registers.sp()};
            FrameRegisters caller;
            const ExactStep exact = step_exactly(rules, {stack.registers, FrameRegisters::all}, memory, caller);
            walk_native(stack.registers, stack.bounds(), walked->memo, walked->stack);
            const NativeStack& walk = walked->stack;
            ++compared;
            if (exact == ExactStep::bottom)
                wrong += walk.end != WalkEnd::bottom || walk.count != 1;
            else if (exact == ExactStep::stepped &&
                     memory.is_plausible_cfa(caller.registers.sp(), stack.registers.sp()))
                wrong += walk.count < 2 || walk.frames[1].pc != caller.registers.ip() ||
                         walk.frames[1].sp != caller.registers.sp();
            else
                wrong += walk.count != 1;
        }
    }
    CHECK(compared > 10000);
    CHECK(wrong == 0);
}

TEST_CASE("the rows of a function are those of its places") {
    const auto set_up = std::make_unique<Walked>();
    constexpr std::uint32_t most = 64;
    std::uint64_t compared = 0, wrong = 0;
    for (const FunctionEntry& entry : functions_around(reinterpret_cast<std::uint64_t>(&std::qsort))) {
        RowPart rows[most];
        const std::uint32_t count = find_rows(entry, rows, most);
        std::uint64_t end = entry.begin;
        for (std::uint32_t i = 0; i < count; ++i) {
            const RowPart& part = rows[i];
            wrong += part.begin != end;  // one follows the other
            end = part.end;
            for (const std::uint64_t pc : {part.begin, part.begin + (part.end - part.begin) / 2, part.end - 1}) {
                FrameRules rules;
                ++compared;
                wrong += !find_rules(entry, pc, rules) || rules.begin != part.begin || rules.end != part.end ||
                         compact(rules).bits() != part.row.bits();
            }
        }
        wrong += count < most && end != entry.end;
    }
    CHECK(compared > 10000);
    CHECK(wrong == 0);
}

TEST_CASE("a row finds the saved rbp where the exact decoder does") {
    const auto set_up = std::make_unique<Walked>();
    const DistinctStack stack{0};
    StackMemory memory{stack.bounds(), stack.registers.sp()};
    std::uint64_t compared = 0, wrong = 0;
    for (const FunctionEntry& entry : functions_around(reinterpret_cast<std::uint64_t>(&std::qsort))) {
        for (std::uint64_t pc = entry.begin; pc < entry.end; pc += 1 + (entry.end - entry.begin) / 16) {
            FrameRules rules;
            FrameRegisters caller;
            if (!find_rules(entry, pc, rules)) continue;
            const Row row = compact(rules);
            if (row.kind() != RowKind::rsp && row.kind() != RowKind::rbp) continue;
            if (step_exactly(rules, {stack.registers, FrameRegisters::all}, memory, caller) != ExactStep::stepped)
                continue;
            const std::uint64_t slot = caller.registers.sp() + static_cast<std::uint64_t>(row.rbp_field() * 8);
            std::uint64_t expected = stack.registers.bp();
            if (row.rbp_field() == Row::rbp_at_rbp)
                expected = stack.words[(stack.registers.bp() - stack.address(0)) / 8];
            else if (row.rbp_field() != Row::rbp_same)
                expected = stack.words[(slot - stack.address(0)) / 8];
            ++compared;
            wrong += caller.knows(rbp_register) && caller.registers.bp() != expected;
        }
    }
    CHECK(compared > 10000);
    CHECK(wrong == 0);
}
