#include "agent/discover/runtime.h"

#include <cstdio>
#include <cstring>
#include <span>

#include "agent/cpython/debug_offsets.h"
#include "agent/cpython/versions.h"
#include "agent/discover/loaded_symbols.h"

namespace pyprof::discover {
namespace {

using cpython::PythonRuntime;
using cpython::RuntimeState;

constexpr std::uint32_t oldest_with_version_symbol = 0x030b0000;

template <class T>
T value_at(std::uint64_t address) {
    T value;
    std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof value);
    return value;
}

std::span<const unsigned char> bytes_at(std::uint64_t address, std::uint32_t bytes) {
    return {reinterpret_cast<const unsigned char*>(address), bytes};
}

PythonRuntime& refuse(PythonRuntime& python, const char* reason) {
    python.state = RuntimeState::unsupported;
    const std::uint32_t version = python.version_hex;
    if (version == 0)
        std::snprintf(python.message, sizeof python.message, "no Python frames: %s", reason);
    else
        std::snprintf(python.message, sizeof python.message, "no Python frames of CPython %u.%u.%u: %s", version >> 24,
                      version >> 16 & 0xff, version >> 8 & 0xff, reason);
    return python;
}

// An interpreter that is used has an interpreter state. Two may be loaded: a static one and, dragged in by an extension
// module, the library; the version they were built as is the same only by luck, so each says for itself.
bool is_used(std::uint64_t runtime, void* context) {
    const auto& layout = *static_cast<const cpython::PythonLayout*>(context);
    return value_at<std::uint64_t>(runtime + layout.runtime.first_interpreter) != 0;
}

// PY_VERSION_HEX, 0 before 3.11.
std::uint32_t find_version_hex() {
    const std::uint64_t symbol = find_loaded_symbol("Py_Version");
    return symbol == 0 ? 0 : static_cast<std::uint32_t>(value_at<unsigned long>(symbol));
}

// What the interpreter says of its own layout, where it does. nullptr, or why it cannot be trusted.
const char* apply_own_offsets(PythonRuntime& python, const cpython::SupportedVersion& version) {
    if (version.debug_offsets == nullptr) return nullptr;
    const auto memory = bytes_at(python.runtime, version.debug_offsets->bytes);
    const cpython::DebugOffsetsHeader header = cpython::read_debug_offsets_header(memory);
    if (!header.present || header.version != python.version_hex) return "its debug offsets are not where they belong";
    if (apply_debug_offsets(memory, *version.debug_offsets, python.layout) == cpython::DebugOffsetsResult::invalid)
        return "its debug offsets make no sense";
    return nullptr;
}

// The key that the layout names must give what the interpreter's own function gives, for this thread at least.
bool key_is_right(const PythonRuntime& python) {
    using Accessor = void* (*)();
    const auto own = reinterpret_cast<Accessor>(find_loaded_symbol("PyGILState_GetThisThreadState"));
    if (own == nullptr) return false;
    const auto& at = python.layout.runtime;
    if (value_at<std::int32_t>(python.runtime + at.key_initialized) == 0) return own() == nullptr;
    return python.thread_specific(value_at<std::uint32_t>(python.runtime + at.key)) == own();
}

bool is_free_threaded(const PythonRuntime& python) {
    return cpython::read_debug_offsets_header(bytes_at(python.runtime, cpython::debug_offsets_header_bytes))
        .free_threaded;
}

const cpython::SupportedVersion* find_layout(const PythonRuntime& python) {
    if (python.version_hex >> 24 != 3) return nullptr;
    return cpython::find_version(python.version_hex >> 16 & 0xff, is_free_threaded(python));
}

}  // namespace

cpython::PythonRuntime find_python() {
    PythonRuntime python;
    python.runtime = find_loaded_symbol("_PyRuntime");
    if (python.runtime == 0) return python;

    python.version_hex = find_version_hex();
    if (python.version_hex < oldest_with_version_symbol)
        return refuse(python, "versions before 3.11 are not supported");
    if (find_loaded_symbol("_Py_NegativeRefcount") != 0) return refuse(python, "debug builds are not supported");
    const cpython::SupportedVersion* const version = find_layout(python);
    if (version == nullptr)
        return refuse(python, is_free_threaded(python) ? "free-threaded builds are not supported"
                                                       : "this version is newer than pyprof knows");
    python.layout = *version->layout;
    if (const std::uint64_t used = find_loaded_symbol("_PyRuntime", is_used, &python.layout); used != 0)
        python.runtime = used;

    if (const char* problem = apply_own_offsets(python, *version); problem != nullptr) return refuse(python, problem);
    python.code_type = find_loaded_symbol("PyCode_Type");
    if (python.code_type == 0) return refuse(python, "it does not export PyCode_Type");
    if (value_at<std::uint64_t>(python.code_type + python.layout.type.basic_size) != python.layout.code.basic_size)
        return refuse(python, "its code objects have another size (a build with reference tracing?)");
    python.thread_specific = reinterpret_cast<void* (*)(unsigned)>(find_loaded_symbol("pthread_getspecific"));
    if (python.thread_specific == nullptr || !key_is_right(python))
        return refuse(python, "its thread states are not where they belong");
    const LoadedRange object = find_loaded_range(python.runtime);
    python.begin = object.begin;
    python.end = object.end;
    python.state = RuntimeState::ready;
    return python;
}

}  // namespace pyprof::discover
