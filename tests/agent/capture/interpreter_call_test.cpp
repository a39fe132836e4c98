#include "agent/capture/interpreter_call.h"

#include <dlfcn.h>
#include <memory>
#include <utility>

#include "agent/capture/native_code.h"
#include "tests/support/catch.h"

using namespace pyprof;
using namespace pyprof::capture;

namespace {

constexpr std::uint64_t library_begin = 0x10000, library_end = 0x20000;
const char in_this_program = 0;  // ThreadSanitizer has a __tls_get_addr of its own, and most of libc
constexpr std::uint16_t extension = 7, interpreter = 8;

cpython::PythonRuntime runtime() {
    cpython::PythonRuntime runtime;
    runtime.begin = library_begin;
    runtime.end = library_end;
    return runtime;
}

// From an extension through three functions of the interpreter to the bottom.
struct Stack {
    std::unique_ptr<NativeStack> native = std::make_unique<NativeStack>();

    Stack() {
        *native = {};
        add(0x1000, extension);
        add(0x1100, extension);
        for (const std::uint64_t pc : {0x10100, 0x10200, 0x10300}) add(pc, interpreter);
        add(0x500, 9);
        native->end = WalkEnd::bottom;
    }
    void add(std::uint64_t pc, std::uint16_t module) {
        const std::uint32_t i = native->count++;
        native->frames[i] = {.pc = pc,
                             .sp = 0x7000 + 0x10 * i,
                             .module = module,
                             .is_return_address = i != 0,
                             .guessed = false,
                             .function = 0};
    }
    NativeFrame& frame(std::uint32_t i) { return native->frames[i]; }
    std::uint32_t caller() const { return find_interpreter_call(runtime(), *native); }
    std::uint64_t call() const { return identify_call(runtime(), *native); }
};

}  // namespace

TEST_CASE("the interpreter waits for code outside it that calls alone lead to") {
    Stack stack;
    CHECK(stack.caller() == 2);
    stack.frame(1).guessed = true;
    CHECK(stack.caller() == 2);
    SECTION("it is interrupted itself") { stack.frame(0).pc = library_begin; }
    SECTION("a signal handler runs") { stack.frame(1).is_return_address = false; }
    SECTION("code made at run time") { stack.frame(1).module = 0; }
    SECTION("there is none") {
        for (std::uint32_t i = 2; i < 5; ++i) stack.frame(i).pc = library_end;
    }
    CHECK(stack.caller() == no_call);
}

TEST_CASE("a call is known by the return addresses from the interpreter to the bottom") {
    Stack stack;
    const std::uint64_t call = stack.call();
    CHECK(call != 0);
    SECTION("whatever it called") {
        stack.frame(0).pc += 1;
        stack.frame(1).guessed = true;
        for (std::uint32_t i = 0; i < stack.native->count; ++i) stack.frame(i).sp += 0x100;
        CHECK(stack.call() == call);
    }
    SECTION("another place in any function below") {
        for (std::uint32_t i = 2; i < stack.native->count; ++i) {
            stack.frame(i).pc += 1;
            CHECK(stack.call() != call);
            stack.frame(i).pc -= 1;
        }
    }
    SECTION("two places that change against each other") {
        stack.frame(2).pc += 5;
        stack.frame(3).pc -= 5;
        CHECK(stack.call() != call);
    }
    SECTION("another order") {
        std::swap(stack.frame(3).pc, stack.frame(4).pc);
        CHECK(stack.call() != call);
    }
    SECTION("one function more") {
        stack.add(0, 9);
        CHECK(stack.call() != call);
    }
    SECTION("other modules at the same addresses") {
        ++stack.native->generation;
        CHECK(stack.call() != call);
    }
}

TEST_CASE("a call that is not certain has no number") {
    Stack stack;
    REQUIRE(stack.call() != 0);
    SECTION("the walk stopped") { stack.native->end = WalkEnd::stopped; }
    SECTION("a caller below is guessed") { stack.frame(3).guessed = true; }
    SECTION("the interpreter is interrupted") { stack.frame(0).pc = library_begin; }
    CHECK(stack.call() == 0);
}

TEST_CASE("what the dynamic linker does for the loop is no call of the loop") {
    static RecordingWriter writer;
    REQUIRE(native_code.set_up(writer, "/the/program"));
    Module loader;
    REQUIRE(native_code.modules.find(reinterpret_cast<std::uint64_t>(dlsym(RTLD_DEFAULT, "__tls_get_addr")), loader));
    Module other;
    REQUIRE(native_code.modules.find(reinterpret_cast<std::uint64_t>(&in_this_program), other));
    Stack stack;
    stack.frame(0).module = static_cast<std::uint16_t>(other.id);
    CHECK(stack.call() != 0);
    stack.frame(0).module = static_cast<std::uint16_t>(loader.id);
    CHECK(stack.call() == 0);
}
