/* Prints the figures of agent/cpython/layout.h for the CPython whose headers this is compiled against: one line
 * "SECTION.FIELD VALUE" for each, in the order of the structure, then "debug.NAME POSITION" for each word of
 * _Py_DebugOffsets that has a figure. -1 is a field that the version does not have. It is compiled, linked and run
 * without an interpreter; generate.py does that.
 */
#define Py_BUILD_CORE 1
#include <Python.h>
#include <frameobject.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#if PY_VERSION_HEX >= 0x03090000
#include "internal/pycore_gc.h"
#include "internal/pycore_interp.h"
#include "internal/pycore_runtime.h"
#endif
#include "internal/pycore_pystate.h"
#if PY_VERSION_HEX >= 0x030b0000
#include "internal/pycore_frame.h"
#endif
#if PY_VERSION_HEX >= 0x030e0000
#include "internal/pycore_interpframe.h"
#include "internal/pycore_interpframe_structs.h"
#endif

#define AT_LEAST(minor) (PY_VERSION_HEX >= (0x03000000 | (minor) << 16))

#if AT_LEAST(11)
#include "internal/pycore_dict.h"
#if AT_LEAST(12)
#include "internal/pycore_object.h"
#endif
#else
/* Objects/dict-common.h, which is not installed. */
struct _dictkeysobject {
    Py_ssize_t dk_refcnt;
    Py_ssize_t dk_size;
    void *dk_lookup;
    Py_ssize_t dk_usable;
    Py_ssize_t dk_nentries;
    char dk_indices[];
};
#endif

/* Where the fields of TaskObj are (Modules/_asynciomodule.c, 3.14), which is in no header. */
struct task {
    PyObject_HEAD
    PyObject *of_future[11];
    int state;
    char is_task, is_awaited_by_set;
    unsigned flags;
    int cancel_requests;
    PyObject *waits_for, *coroutine, *name, *context;
    void *node[2];
};

static void print(const char *name, long long value) { printf("%s %lld\n", name, value); }
static void print_word(const char *name, const char *word) { printf("%s %s\n", name, word); }

/* 3.11 and 3.12: the innermost control frame may not be filled yet, and the walk looks whether its frames run. */
#define HAS_FRAMES_IN_CONTROL_FRAMES (AT_LEAST(11) && !AT_LEAST(13))

#define FIELD(name, type, member) print(name, (long long)offsetof(type, member))
#define NONE(name) print(name, -1)

#if AT_LEAST(11)
typedef struct _PyInterpreterFrame Frame;
#if !AT_LEAST(12)
typedef _PyInterpreterFrame Frame311;
#define Frame Frame311
#endif
#endif

static void print_objects(void) {
#ifdef Py_GIL_DISABLED
    NONE("object.references"); /* an owner's and the others' */
#else
    FIELD("object.references", PyObject, ob_refcnt);
#endif
    FIELD("object.type", PyObject, ob_type);
    FIELD("object.size", PyVarObject, ob_size);
    FIELD("type.basic_size", PyTypeObject, tp_basicsize);
    FIELD("type.members", PyTypeObject, tp_members);
}

static void print_runtime(void) {
#if AT_LEAST(9)
    FIELD("runtime.finalizing", _PyRuntimeState, _finalizing);
#else
    FIELD("runtime.finalizing", _PyRuntimeState, finalizing);
#endif
    FIELD("runtime.first_interpreter", _PyRuntimeState, interpreters.head);
#if AT_LEAST(15)
    NONE("runtime.key_initialized");
    NONE("runtime.key");
#elif AT_LEAST(12)
    FIELD("runtime.key_initialized", _PyRuntimeState, autoTSSkey._is_initialized);
    FIELD("runtime.key", _PyRuntimeState, autoTSSkey._key);
#else
    FIELD("runtime.key_initialized", _PyRuntimeState, gilstate.autoTSSkey._is_initialized);
    FIELD("runtime.key", _PyRuntimeState, gilstate.autoTSSkey._key);
#endif
#if AT_LEAST(12)
    NONE("runtime.attached");
#else
    FIELD("runtime.attached", _PyRuntimeState, gilstate.tstate_current);
#endif
#if AT_LEAST(9)
    NONE("runtime.collector");
#else
    FIELD("runtime.collector", _PyRuntimeState, gc);
#endif
    FIELD("interpreter.next", PyInterpreterState, next);
#if AT_LEAST(11)
    FIELD("interpreter.first_thread", PyInterpreterState, threads.head);
#else
    FIELD("interpreter.first_thread", PyInterpreterState, tstate_head);
#endif
#if AT_LEAST(9)
    FIELD("interpreter.collector", PyInterpreterState, gc);
#else
    NONE("interpreter.collector");
#endif
    FIELD("collector.collecting", struct _gc_runtime_state, collecting);
}

#if AT_LEAST(12)
/* The bit of tstate->_status that says that the thread state is attached. */
static unsigned status_bit(void) {
    static PyThreadState state;
    unsigned bits = 0;
    state._status.active = 1;
    memcpy(&bits, &state._status, sizeof bits);
    return bits;
}
#endif

static void print_thread(void) {
#if AT_LEAST(12)
    print_word("thread.attached_from", "AttachedFrom::status");
    FIELD("thread.status", PyThreadState, _status);
    printf("thread.status_mask 0x%x\n", status_bit());
    printf("thread.status_value 0x%x\n", status_bit());
#else
    print_word("thread.attached_from", "AttachedFrom::runtime");
    NONE("thread.status");
    print("thread.status_mask", 0);
    print("thread.status_value", 0);
#endif
    FIELD("thread.next", PyThreadState, next);
    FIELD("thread.interpreter", PyThreadState, interp);
    FIELD("thread.thread_id", PyThreadState, thread_id);
#if AT_LEAST(13) || !AT_LEAST(10)
    NONE("thread.control_frame");
    NONE("thread.root_control_frame");
#else
    FIELD("thread.control_frame", PyThreadState, cframe);
    FIELD("thread.root_control_frame", PyThreadState, root_cframe);
#endif
#if AT_LEAST(13)
    FIELD("thread.current_frame", PyThreadState, current_frame);
#elif AT_LEAST(11)
    NONE("thread.current_frame");
#else
    FIELD("thread.current_frame", PyThreadState, frame);
#endif
#if HAS_FRAMES_IN_CONTROL_FRAMES
    FIELD("thread.data_stack_chunk", PyThreadState, datastack_chunk);
    FIELD("thread.data_stack_top", PyThreadState, datastack_top);
#else
    NONE("thread.data_stack_chunk");
    NONE("thread.data_stack_top");
#endif
#if AT_LEAST(15)
    FIELD("thread.base_frame", PyThreadState, base_frame);
#else
    NONE("thread.base_frame");
#endif
#if AT_LEAST(14)
    FIELD("thread.running_task", _PyThreadStateImpl, asyncio_running_task);
#else
    NONE("thread.running_task");
#endif
#if HAS_FRAMES_IN_CONTROL_FRAMES
    FIELD("control_frame.current_frame", _PyCFrame, current_frame);
    FIELD("control_frame.previous", _PyCFrame, previous);
#elif AT_LEAST(10) && !AT_LEAST(11)
    NONE("control_frame.current_frame");
    FIELD("control_frame.previous", CFrame, previous);
#else
    NONE("control_frame.current_frame");
    NONE("control_frame.previous");
#endif
}

/* From 3.14 on references in frames carry tags (pycore_stackref.h). */
static void print_code_tags(void) { print("frame.code_tags", AT_LEAST(14) ? 3 : 0); }

static void print_frame(void) {
#if AT_LEAST(13)
    print_word("frame.activations", "Activations::entry_frames");
#elif AT_LEAST(11)
    print_word("frame.activations", "Activations::control_frames");
#elif AT_LEAST(10)
    print_word("frame.activations", "Activations::paired_control_frames");
#else
    print_word("frame.activations", "Activations::counted");
#endif
#if AT_LEAST(11)
    FIELD("frame.bytes", Frame, localsplus);
    FIELD("frame.locals", Frame, localsplus);
#if AT_LEAST(13)
    FIELD("frame.code", Frame, f_executable);
#else
    FIELD("frame.code", Frame, f_code);
#endif
    print_code_tags();
    FIELD("frame.previous", Frame, previous);
    print_word("frame.instruction_is", "Instruction::address");
#if AT_LEAST(13)
    FIELD("frame.instruction", Frame, instr_ptr);
#else
    FIELD("frame.instruction", Frame, prev_instr);
#endif
    FIELD("frame.owner", Frame, owner);
    print("frame.first_entry_owner", 3);
#else
    FIELD("frame.bytes", PyFrameObject, f_blockstack);
    FIELD("frame.locals", PyFrameObject, f_localsplus);
    FIELD("frame.code", PyFrameObject, f_code);
    print_code_tags();
    FIELD("frame.previous", PyFrameObject, f_back);
#if AT_LEAST(10)
    print_word("frame.instruction_is", "Instruction::unit_index");
#else
    print_word("frame.instruction_is", "Instruction::byte_index");
#endif
    FIELD("frame.instruction", PyFrameObject, f_lasti);
    NONE("frame.owner");
    printf("frame.first_entry_owner 0x%x\n", 0xff);
#endif
#if AT_LEAST(11)
    print("frame.generator_owner", FRAME_OWNED_BY_GENERATOR);
#else
    printf("frame.generator_owner 0x%x\n", 0xff);
#endif
#if HAS_FRAMES_IN_CONTROL_FRAMES
    print("frame.generator_state", offsetof(PyGenObject, gi_iframe) - offsetof(PyGenObject, gi_frame_state));
#else
    NONE("frame.generator_state");
#endif
#if AT_LEAST(14) && defined(Py_GIL_DISABLED)
    FIELD("frame.code_copy", Frame, tlbc_index);
#else
    NONE("frame.code_copy");
#endif
}

static void print_code(void) {
#if AT_LEAST(11)
    FIELD("code.basic_size", PyCodeObject, co_code_adaptive);
#else
    print("code.basic_size", sizeof(PyCodeObject));
#endif
    FIELD("code.file_name", PyCodeObject, co_filename);
    FIELD("code.name", PyCodeObject, co_name);
#if AT_LEAST(11)
    FIELD("code.qualified_name", PyCodeObject, co_qualname);
    print_word("code.line_table_kind", "wire::LineTableKind::locations");
    FIELD("code.line_table", PyCodeObject, co_linetable);
#elif AT_LEAST(10)
    NONE("code.qualified_name");
    print_word("code.line_table_kind", "wire::LineTableKind::pep626");
    FIELD("code.line_table", PyCodeObject, co_linetable);
#else
    NONE("code.qualified_name");
    print_word("code.line_table_kind", "wire::LineTableKind::lnotab");
    FIELD("code.line_table", PyCodeObject, co_lnotab);
#endif
    FIELD("code.flags", PyCodeObject, co_flags);
    FIELD("code.first_line", PyCodeObject, co_firstlineno);
#if AT_LEAST(11)
    FIELD("code.first_traceable", PyCodeObject, _co_firsttraceable);
#else
    NONE("code.first_traceable");
#endif
#if HAS_FRAMES_IN_CONTROL_FRAMES
    FIELD("code.locals", PyCodeObject, co_nlocalsplus);
    FIELD("code.stack", PyCodeObject, co_stacksize);
#else
    NONE("code.locals");
    NONE("code.stack");
#endif
#if AT_LEAST(12)
    FIELD("code.version", PyCodeObject, co_version);
#else
    NONE("code.version");
#endif
#if AT_LEAST(11)
    FIELD("code.instructions", PyCodeObject, co_code_adaptive);
    NONE("code.byte_code");
#else
    NONE("code.instructions");
    FIELD("code.byte_code", PyCodeObject, co_code);
#endif
#if AT_LEAST(14) && defined(Py_GIL_DISABLED)
    FIELD("code.copies", PyCodeObject, co_tlbc);
    FIELD("code.first_copy", _PyCodeArray, entries);
#else
    NONE("code.copies");
    NONE("code.first_copy");
#endif
}

/* The mask of one bit-field of a text's state. */
#define STATE_MASK(field, value)                                 \
    ({                                                           \
        PyASCIIObject text;                                      \
        unsigned bits = 0;                                       \
        memset(&text, 0, sizeof text);                           \
        text.state.field = (value);                              \
        memcpy(&bits, &text.state, sizeof bits);                 \
        bits;                                                    \
    })

static void print_text(void) {
    FIELD("text.length", PyASCIIObject, length);
    FIELD("text.state", PyASCIIObject, state);
    print("text.kind_shift", __builtin_ctz(STATE_MASK(kind, 7)));
    printf("text.compact_bit 0x%x\n", STATE_MASK(compact, 1));
    printf("text.ascii_bit 0x%x\n", STATE_MASK(ascii, 1));
    print("text.ascii_data", sizeof(PyASCIIObject));
    print("text.compact_data", sizeof(PyCompactUnicodeObject));
    FIELD("bytes.data", PyBytesObject, ob_sval);
}

static void print_attributes(void) {
#if AT_LEAST(13)
    print_word("attributes.kept_in", "AttributesIn::inline_values");
#elif AT_LEAST(12)
    print_word("attributes.kept_in", "AttributesIn::tagged_values_or_dictionary");
#elif AT_LEAST(11)
    print_word("attributes.kept_in", "AttributesIn::values_or_dictionary");
#else
    print_word("attributes.kept_in", "AttributesIn::dictionary");
#endif
    FIELD("attributes.type_flags", PyTypeObject, tp_flags);
#if AT_LEAST(11)
    printf("attributes.managed_flag 0x%lx\n", Py_TPFLAGS_MANAGED_DICT);
#else
    print("attributes.managed_flag", 0);
#endif
#if AT_LEAST(13)
    printf("attributes.inline_flag 0x%x\n", Py_TPFLAGS_INLINE_VALUES);
#else
    print("attributes.inline_flag", 0);
#endif
    FIELD("attributes.type_dictionary", PyTypeObject, tp_dictoffset);
#if AT_LEAST(11)
    FIELD("attributes.type_keys", PyHeapTypeObject, ht_cached_keys);
#else
    NONE("attributes.type_keys");
#endif
#if AT_LEAST(13)
    print("attributes.before", -MANAGED_DICT_OFFSET);
#elif AT_LEAST(11)
    print("attributes.before", 3 * sizeof(PyObject *)); /* _PyObject_ManagedDictPointer */
#else
    NONE("attributes.before");
#endif
#if AT_LEAST(11)
    FIELD("attributes.values", struct _dictvalues, values);
#else
    print("attributes.values", 0);
#endif
#if AT_LEAST(13)
    FIELD("attributes.values_valid", struct _dictvalues, valid);
#else
    NONE("attributes.values_valid");
#endif
#if AT_LEAST(14)
    print("task.size", sizeof(struct task));
    FIELD("task.is_task", struct task, is_task);
    FIELD("task.coroutine", struct task, coroutine);
    FIELD("task.name", struct task, name);
    FIELD("task.frame", PyCoroObject, cr_iframe);
#else
    NONE("task.size");
    NONE("task.is_task");
    NONE("task.coroutine");
    NONE("task.name");
    NONE("task.frame");
#endif
    FIELD("dictionary.keys", PyDictObject, ma_keys);
    FIELD("dictionary.values", PyDictObject, ma_values);
    FIELD("dictionary.entry_count", struct _dictkeysobject, dk_nentries);
#if AT_LEAST(11)
    NONE("dictionary.slots");
    FIELD("dictionary.log2_index_bytes", struct _dictkeysobject, dk_log2_index_bytes);
    FIELD("dictionary.kind", struct _dictkeysobject, dk_kind);
#else
    FIELD("dictionary.slots", struct _dictkeysobject, dk_size);
    NONE("dictionary.log2_index_bytes");
    NONE("dictionary.kind");
#endif
    FIELD("dictionary.indices", struct _dictkeysobject, dk_indices);
}

#if AT_LEAST(13)
#define STATED(figure, section, field) \
    print("debug." #section "." figure, (long long)offsetof(struct _Py_DebugOffsets, section.field))

static void print_debug_offsets(void) {
    print("debug_bytes", sizeof(struct _Py_DebugOffsets));
#define SIZE(section) STATED("size", section, size)
    SIZE(runtime_state);
    STATED("runtime.finalizing", runtime_state, finalizing);
    STATED("runtime.first_interpreter", runtime_state, interpreters_head);
    SIZE(interpreter_state);
    STATED("interpreter.next", interpreter_state, next);
    STATED("interpreter.first_thread", interpreter_state, threads_head);
    STATED("interpreter.collector", interpreter_state, gc);
    SIZE(gc);
    STATED("collector.collecting", gc, collecting);
    SIZE(thread_state);
    STATED("thread.next", thread_state, next);
    STATED("thread.interpreter", thread_state, interp);
    STATED("thread.current_frame", thread_state, current_frame);
#if AT_LEAST(15)
    STATED("thread.base_frame", thread_state, base_frame);
#endif
    STATED("thread.thread_id", thread_state, thread_id);
    STATED("thread.status", thread_state, status);
    SIZE(interpreter_frame);
    STATED("frame.previous", interpreter_frame, previous);
    STATED("frame.code", interpreter_frame, executable);
    STATED("frame.instruction", interpreter_frame, instr_ptr);
    STATED("frame.bytes", interpreter_frame, localsplus);
    STATED("frame.owner", interpreter_frame, owner);
#if AT_LEAST(14)
    STATED("frame.code_copy", interpreter_frame, tlbc_index);
#endif
    SIZE(code_object);
    STATED("code.file_name", code_object, filename);
    STATED("code.name", code_object, name);
    STATED("code.qualified_name", code_object, qualname);
    STATED("code.line_table", code_object, linetable);
    STATED("code.first_line", code_object, firstlineno);
    STATED("code.instructions", code_object, co_code_adaptive);
#if AT_LEAST(14)
    STATED("code.copies", code_object, co_tlbc);
#endif
    SIZE(pyobject);
    STATED("object.type", pyobject, ob_type);
    SIZE(type_object);
    STATED("attributes.type_flags", type_object, tp_flags);
    SIZE(dict_object);
    STATED("dictionary.keys", dict_object, ma_keys);
    STATED("dictionary.values", dict_object, ma_values);
    SIZE(bytes_object);
    STATED("object.size", bytes_object, ob_size);
    STATED("bytes.data", bytes_object, ob_sval);
    SIZE(unicode_object);
    STATED("text.state", unicode_object, state);
    STATED("text.length", unicode_object, length);
    STATED("text.ascii_data", unicode_object, asciiobject_size);
#if AT_LEAST(15)
    STATED("text.compact_data", unicode_object, compactunicodeobject_size);
#endif
}
#else
static void print_debug_offsets(void) {}
#endif

int main(void) {
    printf("version 0x%08x\n", PY_VERSION_HEX);
#ifdef Py_GIL_DISABLED
    print("free_threaded", 1);
#else
    print("free_threaded", 0);
#endif
    print_objects();
    print_runtime();
    print_thread();
    print_frame();
    print_code();
    print_text();
    print_attributes();
    print_debug_offsets();
    return 0;
}
