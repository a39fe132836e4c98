#pragma once
// A CPython made by hand in real memory, laid out as a PythonLayout says: what the Python walk reads, with known
// answers. Before 3.11 every frame has an activation of its own: begin_activation() then does nothing.
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/capture/native_stack.h"
#include "agent/cpython/runtime.h"

namespace pyprof::tests {

// Of 3.MINOR and all later versions, free-threaded builds with them.
std::vector<const cpython::PythonLayout*> layouts_since(std::uint32_t minor);

class FakePython {
public:
    explicit FakePython(const cpython::PythonLayout& layout);

    const cpython::PythonLayout& layout() const { return layout_; }
    cpython::PythonRuntime runtime() const;

    // Objects. Addresses are those of this process.
    std::uint64_t text(std::string_view latin1);
    std::uint64_t wide_text(std::u16string_view ucs2);
    std::uint64_t byte_string(std::size_t bytes);
    struct CodeFacts {
        std::uint64_t file_name, name;
        std::uint32_t first_line = 1;
        std::uint32_t units = 100;
        std::uint32_t first_traceable = 0;
        std::uint32_t version = 1;
        std::size_t table_bytes = 4;
    };
    std::uint64_t code(const CodeFacts& facts);
    std::uint64_t code(std::string_view name, std::uint32_t first_traceable = 0);

    // A thread state of this thread, in interpreter `interpreter` (0 is the first), with no frames; it becomes the one
    // that the calls below work on, and the one attached.
    std::uint64_t add_thread(std::uint32_t interpreter = 0);
    std::uint64_t thread() const { return thread_; }
    void detach();
    // An instance of a class of its own with these attributes, in order; in a dictionary, or where the version keeps
    // those of most objects.
    std::uint64_t instance(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& attributes, bool in_dictionary);

    // One of the threads of the thread's interpreter collects garbage.
    void begin_collection();

    // Called from root to leaf. An activation's marker is the result of begin_activation().
    std::uint64_t begin_activation();
    std::uint64_t push_frame(std::uint64_t code, std::int32_t unit, std::uint8_t owner = 0);

    // Before 3.11. What push_frame() does, in the two steps that the evaluation loop takes.
    void enter_loop();
    std::uint64_t link_frame(std::uint64_t code, std::int32_t unit);
    // 3.10: the innermost loop is about to end, and has popped its control frame already.
    void unlink_control_frame();
    // The markers of all loops that were entered, root first.
    const std::vector<std::uint64_t>& markers() const { return markers_; }
    // A native stack with one frame of the loop and one of a C function above it for each loop entered, leaf first.
    void fill(capture::NativeStack& native) const;
    static constexpr std::uint64_t loop_begin = 0x7100'0000'0000, loop_bytes = 0x1000, cold_begin = loop_begin + 0x8000;

    void put_pointer(std::uint64_t at, std::uint64_t value) { put(at, value); }
    template <class T>
    void put(std::uint64_t at, T value) {
        __builtin_memcpy(reinterpret_cast<void*>(at), &value, sizeof value);
    }
    std::uint64_t get_pointer(std::uint64_t at) const;
    std::uint64_t allocate(std::uint64_t bytes);

private:
    std::uint64_t keys_with(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& attributes, bool with_values);
    std::uint64_t make_frame(std::uint64_t code, std::uint64_t instruction, std::uint8_t owner);
    std::uint64_t head() const;  // innermost frame of the thread
    void set_head(std::uint64_t frame);
    bool has_control_frames() const;
    bool has_frame_objects() const;
    std::uint64_t push_control_frame();
    std::uint64_t instruction_of(std::uint64_t code, std::int32_t unit) const;

    cpython::PythonLayout layout_;
    std::vector<std::uint64_t> memory_;
    std::size_t used_ = 0;  // words
    std::uint64_t runtime_, code_type_, thread_ = 0;
    std::vector<std::uint64_t> interpreters_, markers_;
};

// The value of the fake pthread key, whatever the key.
void set_bound_thread(std::uint64_t thread);

}  // namespace pyprof::tests
