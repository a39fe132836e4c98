#include "agent/discover/runtime.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <span>

#include "agent/cpython/debug_offsets.h"
#include "agent/cpython/versions.h"
#include "agent/discover/accessor.h"
#include "agent/discover/direct_callees.h"
#include "agent/discover/evaluation_loop.h"
#include "agent/discover/loaded_symbols.h"
#include "agent/discover/type_members.h"

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

// Always false, for the caller to return.
bool refuse(PythonRuntime& python, const char* reason, const char* detail = "") {
    python.state = RuntimeState::unsupported;
    const std::uint32_t version = python.version_hex;
    if (version == 0)
        std::snprintf(python.message, sizeof python.message, "%s%s", reason, detail);
    else
        std::snprintf(python.message, sizeof python.message, "CPython %u.%u.%u: %s%s", version >> 24,
                      version >> 16 & 0xff, version >> 8 & 0xff, reason, detail);
    return false;
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

bool is_free_threaded(const PythonRuntime& python) {
    return cpython::read_debug_offsets_header(bytes_at(python.runtime, cpython::debug_offsets_header_bytes))
        .free_threaded;
}

bool is_newer_than_known(const PythonRuntime& python) {
    return (python.version_hex >> 16 & 0xff) > cpython::last_supported_minor;
}

// A version that nobody knew when this was written is read as the newest known one, as far as it states its layout.
const cpython::SupportedVersion* find_layout(const PythonRuntime& python) {
    if (python.version_hex >> 24 != 3) return nullptr;
    const std::uint32_t minor = python.version_hex >> 16 & 0xff;
    return cpython::find_version(std::min(minor, cpython::last_supported_minor), is_free_threaded(python));
}

// Fields that such a version does not state: what its types say instead, or nothing.
void replace_unstated(PythonRuntime& python) {
    cpython::PythonLayout& layout = python.layout;
    layout.version.minor = python.version_hex >> 16 & 0xff;
    layout.code.basic_size = layout.code.instructions;  // and the size of the type is compared with that
    layout.code.flags = find_member(layout, python.code_type, "co_flags");
    layout.code.version = cpython::absent;
    layout.code.first_traceable = cpython::absent;
}

// Whether what a newer version states is where it is looked for: its types must name the same places.
bool is_confirmed(const PythonRuntime& python) {
    for (const char* name : {"co_filename", "co_name", "co_qualname", "co_firstlineno", "co_linetable", "co_flags"})
        if (find_member(python.layout, python.code_type, name) == cpython::absent) return false;
    return true;
}

// Applies what the interpreter says of its own layout, where it does.
bool apply_own_offsets(PythonRuntime& python, const cpython::DebugOffsetTable* table) {
    if (table == nullptr) return true;
    const auto memory = bytes_at(python.runtime, table->bytes);
    const cpython::DebugOffsetsHeader header = cpython::read_debug_offsets_header(memory);
    if (!header.present || header.version != python.version_hex)
        return refuse(python, "its debug offsets are not where they belong");
    if (apply_debug_offsets(memory, *table, python.layout) == cpython::DebugOffsetsResult::invalid)
        return refuse(python, "its debug offsets make no sense");
    return true;
}

// In the interpreter's own object if it is there: another one may be loaded.
std::uint64_t find_symbol_of(const PythonRuntime& python, const char* name) {
    const auto is_inside = [](std::uint64_t address, void* context) {
        const auto& object = *static_cast<const PythonRuntime*>(context);
        return address >= object.begin && address < object.end;
    };
    PythonRuntime object = python;
    const std::uint64_t own = find_loaded_symbol(name, is_inside, &object);
    return own != 0 ? own : find_loaded_symbol(name);
}

// Whether the interpreter's types say what the layout says.
bool check_types(PythonRuntime& python) {
    python.code_type = find_symbol_of(python, "PyCode_Type");
    if (python.code_type == 0) return refuse(python, "it does not export PyCode_Type");
    python.text_type = find_symbol_of(python, "PyUnicode_Type");
    const bool is_newer = is_newer_than_known(python);
    if (is_newer) replace_unstated(python);
    const char* const misplaced = find_misplaced(python.layout, {.code = python.code_type,
                                                                 .frame = find_symbol_of(python, "PyFrame_Type"),
                                                                 .text = python.text_type,
                                                                 .bytes = find_symbol_of(python, "PyBytes_Type")});
    if (is_newer && (misplaced != nullptr || !is_confirmed(python)))
        return refuse(python, "this version is newer than pyprof knows, and its objects are laid out differently");
    return misplaced == nullptr || refuse(python, "its objects are laid out differently: ", misplaced);
}

// Finds where the thread state bound to a thread is kept, as far as the layout does not say it. It must give what the
// interpreter's own function gives, for this thread at least.
bool find_bound_thread(PythonRuntime& python) {
    using Accessor = void* (*)();
    const std::uint64_t address = find_symbol_of(python, "PyGILState_GetThisThreadState");
    python.thread_specific = reinterpret_cast<void* (*)(unsigned)>(find_loaded_symbol("pthread_getspecific"));
    if (address == 0 || python.thread_specific == nullptr) return false;
    const void* const bound = reinterpret_cast<Accessor>(address)();
    const auto& at = python.layout.runtime;
    if (at.key == cpython::absent) {
        python.bound_thread = decode_accessor(bytes_at(address, accessor_bytes));
        return python.bound_thread.place != cpython::ThreadLocal::Place::none &&
               python.bound_thread.load() == reinterpret_cast<std::uint64_t>(bound);
    }
    if (value_at<std::int32_t>(python.runtime + at.key_initialized) == 0) return bound == nullptr;
    return python.thread_specific(value_at<std::uint32_t>(python.runtime + at.key)) == bound;
}

// False if it is needed and not there.
bool find_loop(PythonRuntime& python) {
    const cpython::Activations activations = python.layout.frame.activations;
    const bool is_needed = activations == cpython::Activations::counted;
    if (!is_needed && activations != cpython::Activations::control_frames) return true;
    const EvaluationLoop loop = find_evaluation_loop();
    python.loop = loop.hot;
    python.loop_cold = loop.cold;
    return !is_needed || loop.hot.begin != loop.hot.end;
}

// The functions that an exported function of the interpreter calls.
void find_callees(const PythonRuntime& python, const char* function, std::span<std::uint64_t> callees) {
    const LoadedRange extent = find_loaded_extent(function);
    if (extent.begin < python.begin || extent.end > python.end) return;
    const auto code = bytes_at(extent.begin, static_cast<std::uint32_t>(extent.end - extent.begin));
    find_direct_callees(code, extent.begin, {python.begin, python.end}, callees);
}

// Compilers make several of one function: before 3.10 one for each of these.
void find_collector(PythonRuntime& python) {
    const std::span<std::uint64_t> callees{python.collector};
    find_callees(python, "PyGC_Collect", callees.first<8>());
    find_callees(python, "_PyObject_GC_Malloc", callees.last<8>());
}

void find_object(PythonRuntime& python) {
    if (const std::uint64_t used = find_loaded_symbol("_PyRuntime", is_used, &python.layout); used != 0)
        python.runtime = used;
    const LoadedRange object = find_loaded_range(python.runtime);
    python.begin = object.begin;
    python.end = object.end;
}

// Everything that the handler needs. False: refused.
bool examine(PythonRuntime& python) {
    python.version_hex = find_version_hex();
    if (python.version_hex >> 16 < (3u << 8 | cpython::first_supported_minor))
        return refuse(python, "versions before 3.8 are not supported");
    if (find_loaded_symbol("_Py_NegativeRefcount") != 0) return refuse(python, "debug builds are not supported");
    const cpython::SupportedVersion* const version = find_layout(python);
    if (version == nullptr) return refuse(python, "this version is not known");
    python.layout = *version->layout;
    find_object(python);
    if (!apply_own_offsets(python, version->debug_offsets) || !check_types(python)) return false;
    find_collector(python);
    if (!find_bound_thread(python)) return refuse(python, "its thread states are not where they belong");
    return find_loop(python) || refuse(python, "its evaluation loop has no symbol");
}

// What is not CPython 3.7 or later: another implementation, or an older one.
void find_other(PythonRuntime& python) {
    if (find_loaded_symbol("pypy_execute_source") != 0)
        refuse(python, "this is PyPy; the frames of CPython are read");
    else if (find_loaded_symbol("PyEval_EvalFrameEx") != 0)
        refuse(python, "versions before 3.8 are not supported");
}

}  // namespace

cpython::PythonRuntime find_python() {
    PythonRuntime python;
    python.runtime = find_loaded_symbol("_PyRuntime");
    if (python.runtime == 0)
        find_other(python);
    else if (examine(python))
        python.state = RuntimeState::ready;
    return python;
}

}  // namespace pyprof::discover
