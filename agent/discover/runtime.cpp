#include "agent/discover/runtime.h"

#include <cstdio>
#include <cstring>
#include <span>

#include "agent/cpython/debug_offsets.h"
#include "agent/cpython/versions.h"
#include "agent/discover/accessor.h"
#include "agent/discover/evaluation_loop.h"
#include "agent/discover/loaded_symbols.h"

namespace pyprof::discover {
namespace {

using cpython::PythonRuntime;
using cpython::RuntimeState;

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

// "3.8.18 (default, …" as a final release's PY_VERSION_HEX, 0 if it is none. Bounded by the text's own end.
std::uint32_t version_hex_of(const char* text) {
    std::uint32_t hex = 0;
    for (int part = 0; part < 3; ++part) {
        std::uint32_t number = 0;
        const char* const begin = text;
        for (; *text >= '0' && *text <= '9'; ++text) number = number * 10 + static_cast<std::uint32_t>(*text - '0');
        if (text == begin || number > 0xff) return 0;
        hex = hex << 8 | number;
        if (*text == '.') ++text;
    }
    return hex << 8 | 0xf0;
}

// PY_VERSION_HEX; 0 if nobody says. Before 3.11 only Py_GetVersion() knows it; it prints into a buffer of its own.
std::uint32_t find_version_hex() {
    const std::uint64_t symbol = find_loaded_symbol("Py_Version");
    if (symbol != 0) return static_cast<std::uint32_t>(value_at<unsigned long>(symbol));
    const auto text = reinterpret_cast<const char* (*)()>(find_loaded_symbol("Py_GetVersion"));
    return text == nullptr ? 0 : version_hex_of(text());
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

// Where the thread state bound to a thread is kept, as far as the layout does not say it.
void find_bound_thread(PythonRuntime& python) {
    python.thread_specific = reinterpret_cast<void* (*)(unsigned)>(find_loaded_symbol("pthread_getspecific"));
    const std::uint64_t own = find_loaded_symbol("PyGILState_GetThisThreadState");
    if (python.layout.runtime.key == cpython::absent && own != 0)
        python.bound_thread = decode_accessor(bytes_at(own, accessor_bytes));
}

// What was found must give what the interpreter's own function gives, for this thread at least.
bool bound_thread_is_right(const PythonRuntime& python) {
    using Accessor = void* (*)();
    const auto own = reinterpret_cast<Accessor>(find_loaded_symbol("PyGILState_GetThisThreadState"));
    if (own == nullptr || python.thread_specific == nullptr) return false;
    const auto& at = python.layout.runtime;
    if (at.key == cpython::absent)
        return python.bound_thread.place != cpython::ThreadLocal::Place::none &&
               python.bound_thread.load() == reinterpret_cast<std::uint64_t>(own());
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
    if (python.version_hex >> 16 < (3u << 8 | cpython::first_supported_minor))
        return refuse(python, "versions before 3.8 are not supported");
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
    find_bound_thread(python);
    if (!bound_thread_is_right(python)) return refuse(python, "its thread states are not where they belong");
    const LoadedRange object = find_loaded_range(python.runtime);
    python.begin = object.begin;
    python.end = object.end;
    if (python.layout.frame.activations == cpython::Activations::counted) {
        const EvaluationLoop loop = find_evaluation_loop();
        if (loop.hot.begin == loop.hot.end) return refuse(python, "its evaluation loop has no symbol");
        python.loop = loop.hot;
        python.loop_cold = loop.cold;
    }
    python.state = RuntimeState::ready;
    return python;
}

}  // namespace pyprof::discover
