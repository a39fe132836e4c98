#include "agent/discover/accessor.h"

#include <cstring>
#include <initializer_list>

namespace pyprof::discover {
namespace {

using cpython::ThreadLocal;
using Bytes = std::initializer_list<unsigned char>;

// What __tls_get_addr is given.
struct TlsIndex {
    std::uint64_t module, offset;
};

class CodeReader {
public:
    explicit CodeReader(std::span<const unsigned char> code) : rest_{code} {}

    bool skip(Bytes bytes) {
        if (rest_.size() < bytes.size() || std::memcmp(rest_.data(), bytes.begin(), bytes.size()) != 0) return false;
        rest_ = rest_.subspan(bytes.size());
        return true;
    }
    bool skip_any(std::initializer_list<Bytes> choices) {
        for (const Bytes& each : choices)
            if (skip(each)) return true;
        return false;
    }
    template <class T>
    bool number(T& value) {
        if (rest_.size() < sizeof value) return false;
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_ = rest_.subspan(sizeof value);
        return true;
    }
    // What a 32-bit displacement from the next instruction points to.
    template <class T>
    bool target(T& value) {
        std::int32_t distance = 0;
        if (!number(distance)) return false;
        std::memcpy(&value, rest_.data() + distance, sizeof value);
        return true;
    }

private:
    std::span<const unsigned char> rest_;
};

// endbr64; push %rbp; mov %rsp,%rbp; push %rax; sub $8,%rsp
void skip_prologue(CodeReader& code) {
    while (code.skip_any({{0xf3, 0x0f, 0x1e, 0xfa}, {0x55}, {0x48, 0x89, 0xe5}, {0x50}, {0x48, 0x83, 0xec, 0x08}})) {
    }
}

// pop %rbp, %rcx or %rdx; add $8,%rsp
void skip_epilogue(CodeReader& code) {
    while (code.skip_any({{0x5d}, {0x59}, {0x5a}, {0x48, 0x83, 0xc4, 0x08}})) {
    }
}

// mov N(%rax),%rax, perhaps with a segment in front
bool load_from_rax(CodeReader& code, std::int64_t& offset) {
    std::int8_t small = 0;
    std::int32_t large = 0;
    if (code.skip({0x48, 0x8b, 0x00})) return true;
    if (code.skip({0x48, 0x8b, 0x40}) && code.number(small)) return offset += small, true;
    if (code.skip({0x48, 0x8b, 0x80}) && code.number(large)) return offset += large, true;
    return false;
}

ThreadLocal at_thread_pointer(std::int64_t offset) {
    return {.place = ThreadLocal::Place::thread_pointer, .module = 0, .offset = offset};
}

// After mov %fs:N,%rax. N is 0 where the linker made a distance of what was a call: the value follows.
ThreadLocal from_segment(CodeReader& code) {
    std::int32_t distance = 0;
    std::int64_t offset = 0;
    if (!code.number(distance)) return {};
    if (distance != 0) return at_thread_pointer(distance);
    std::int32_t added = 0;
    if (code.skip({0x48, 0x8d, 0x80}) && code.number(added)) offset = added;  // lea N(%rax),%rax
    skip_epilogue(code);
    return load_from_rax(code, offset) ? at_thread_pointer(offset) : ThreadLocal{};
}

// After mov N(%rip),%rax: the distance from %fs was stored by the loader.
ThreadLocal from_stored_distance(CodeReader& code) {
    std::int64_t offset = 0;
    if (!code.target(offset) || !code.skip({0x64}) || !load_from_rax(code, offset)) return {};
    return at_thread_pointer(offset);
}

// After mov $N,%rax: the linker knew what the loader would have stored.
ThreadLocal from_known_distance(CodeReader& code) {
    std::int32_t distance = 0;
    std::int64_t offset = 0;
    if (!code.number(distance) || !code.skip({0x64}) || !load_from_rax(code, offset)) return {};
    return at_thread_pointer(offset + distance);
}

// After lea N(%rip),%rdi: a call of __tls_get_addr.
ThreadLocal from_call(CodeReader& code) {
    TlsIndex index{};
    std::int32_t callee = 0;
    if (!code.target(index)) return {};
    while (code.skip_any({{0x66}, {0x48}})) {
    }
    if (!code.skip({0xe8}) || !code.number(callee)) return {};
    skip_epilogue(code);
    auto offset = static_cast<std::int64_t>(index.offset);
    if (!load_from_rax(code, offset)) return {};
    return {.place = ThreadLocal::Place::module_block, .module = index.module, .offset = offset};
}

}  // namespace

ThreadLocal decode_accessor(std::span<const unsigned char> bytes) {
    CodeReader code{bytes};
    skip_prologue(code);
    if (code.skip({0x64, 0x48, 0x8b, 0x04, 0x25})) return from_segment(code);
    if (code.skip({0x48, 0x8b, 0x05})) return from_stored_distance(code);
    if (code.skip({0x48, 0xc7, 0xc0})) return from_known_distance(code);
    if (code.skip_any({{0x66, 0x48, 0x8d, 0x3d}, {0x48, 0x8d, 0x3d}})) return from_call(code);
    return {};
}

}  // namespace pyprof::discover
