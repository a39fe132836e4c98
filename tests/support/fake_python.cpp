#include "tests/support/fake_python.h"

#include <algorithm>
#include <pthread.h>

#include "agent/cpython/versions.h"
#include "tests/support/catch.h"

namespace pyprof::tests {
namespace {

constexpr std::size_t memory_words = 1u << 19;
constexpr std::uint64_t structure_bytes = 8192;  // more than any of those whose fields are read
constexpr std::uint32_t interpreter_bytes = 16384;

thread_local std::uint64_t bound_thread = 0;

void* thread_specific(unsigned) { return reinterpret_cast<void*>(bound_thread); }

cpython::ThreadLocal place_of_bound_thread() {
    std::uint64_t thread_pointer;
    __asm__("movq %%fs:0, %0" : "=r"(thread_pointer));
    const std::uint64_t distance = reinterpret_cast<std::uint64_t>(&bound_thread) - thread_pointer;
    return {cpython::ThreadLocal::Place::thread_pointer, 0, static_cast<std::int64_t>(distance)};
}

}  // namespace

std::vector<const cpython::PythonLayout*> layouts_since(std::uint32_t minor) {
    std::vector<const cpython::PythonLayout*> layouts;
    for (const cpython::SupportedVersion& each : cpython::supported_versions())
        if (each.layout->version.minor >= minor) layouts.push_back(each.layout);
    return layouts;
}

void set_bound_thread(std::uint64_t thread) { bound_thread = thread; }

FakePython::FakePython(const cpython::PythonLayout& layout) : layout_{layout}, memory_(memory_words) {
    runtime_ = allocate(structure_bytes);
    code_type_ = allocate(structure_bytes);
    if (layout_.runtime.key != cpython::absent) {
        put(runtime_ + layout_.runtime.key_initialized, std::int32_t{1});
        put(runtime_ + layout_.runtime.key, std::uint32_t{5});
    }
    set_bound_thread(0);
    add_thread();
}

std::uint64_t FakePython::allocate(std::uint64_t bytes) {
    const std::size_t words = (bytes + 7) / 8;
    REQUIRE(used_ + words <= memory_.size());
    const std::uint64_t address = reinterpret_cast<std::uint64_t>(memory_.data() + used_);
    used_ += words;
    return address;
}

std::uint64_t FakePython::get_pointer(std::uint64_t at) const {
    std::uint64_t value;
    __builtin_memcpy(&value, reinterpret_cast<const void*>(at), sizeof value);
    return value;
}

cpython::PythonRuntime FakePython::runtime() const {
    cpython::PythonRuntime runtime;
    runtime.state = cpython::RuntimeState::ready;
    runtime.layout = layout_;
    runtime.runtime = runtime_;
    runtime.code_type = code_type_;
    runtime.thread_specific = thread_specific;
    runtime.bound_thread = place_of_bound_thread();
    runtime.loop = {loop_begin, loop_begin + loop_bytes};
    runtime.loop_cold = {cold_begin, cold_begin + loop_bytes};
    return runtime;
}

std::uint64_t FakePython::text(std::string_view latin1) {
    const std::uint64_t address = allocate(layout_.text.ascii_data + latin1.size() + 1);
    put(address + layout_.text.length, std::uint64_t{latin1.size()});
    put(address + layout_.text.state,
        1u << layout_.text.kind_shift | layout_.text.compact_bit | layout_.text.ascii_bit);
    __builtin_memcpy(reinterpret_cast<void*>(address + layout_.text.ascii_data), latin1.data(), latin1.size());
    return address;
}

std::uint64_t FakePython::wide_text(std::u16string_view ucs2) {
    const std::uint64_t address = allocate(layout_.text.compact_data + 2 * ucs2.size() + 2);
    put(address + layout_.text.length, std::uint64_t{ucs2.size()});
    put(address + layout_.text.state, 2u << layout_.text.kind_shift | layout_.text.compact_bit);
    __builtin_memcpy(reinterpret_cast<void*>(address + layout_.text.compact_data), ucs2.data(), 2 * ucs2.size());
    return address;
}

std::uint64_t FakePython::byte_string(std::size_t bytes) {
    const std::uint64_t address = allocate(layout_.bytes.data + bytes + 1);
    put(address + layout_.object.size, std::uint64_t{bytes});
    for (std::size_t i = 0; i < bytes; ++i)
        put(address + layout_.bytes.data + i, static_cast<unsigned char>(i * 7 + 1));
    return address;
}

std::uint64_t FakePython::code(const CodeFacts& facts) {
    const cpython::PythonLayout::Code& at = layout_.code;
    const std::uint64_t address = allocate(at.basic_size + std::uint64_t{facts.units} * 2);
    if (layout_.object.references != cpython::absent) put(address + layout_.object.references, std::uint64_t{1});
    put(address + layout_.object.type, code_type_);
    put(address + layout_.object.size, std::uint64_t{facts.units});
    if (at.byte_code != cpython::absent) put(address + at.byte_code, byte_string(std::size_t{facts.units} * 2));
    put(address + at.file_name, facts.file_name);
    put(address + at.name, facts.name);
    if (at.qualified_name != cpython::absent) put(address + at.qualified_name, facts.name);
    put(address + at.line_table, byte_string(facts.table_bytes));
    put(address + at.first_line, facts.first_line);
    put(address + at.flags, std::uint32_t{3});
    if (at.first_traceable != cpython::absent) put(address + at.first_traceable, facts.first_traceable);
    if (at.locals != cpython::absent) put(address + at.locals, std::uint32_t{1});
    if (at.stack != cpython::absent) put(address + at.stack, std::uint32_t{1});
    if (at.version != cpython::absent) put(address + at.version, facts.version);
    return address;
}

std::uint64_t FakePython::code(std::string_view name, std::uint32_t first_traceable) {
    return code({.file_name = text("file.py"), .name = text(name), .first_traceable = first_traceable});
}

bool FakePython::has_control_frames() const {
    return layout_.frame.activations == cpython::Activations::control_frames;
}

bool FakePython::has_frame_objects() const { return layout_.frame.instruction_is != cpython::Instruction::address; }

std::uint64_t FakePython::add_thread(std::uint32_t interpreter) {
    while (interpreters_.size() <= interpreter) {
        const std::uint64_t added = allocate(interpreter_bytes);
        const std::uint64_t link = interpreters_.empty() ? runtime_ + layout_.runtime.first_interpreter
                                                         : interpreters_.back() + layout_.interpreter.next;
        put(link, added);
        interpreters_.push_back(added);
    }
    const cpython::PythonLayout::Thread& at = layout_.thread;
    thread_ = allocate(structure_bytes);
    const std::uint64_t first = interpreters_[interpreter] + layout_.interpreter.first_thread;
    put(thread_ + at.next, get_pointer(first));
    put(first, thread_);
    put(thread_ + at.interpreter, interpreters_[interpreter]);
    put(thread_ + at.thread_id, std::uint64_t{pthread_self()});
    if (at.control_frame != cpython::absent) put(thread_ + at.control_frame, thread_ + at.root_control_frame);
    if (at.base_frame != cpython::absent) {
        const std::uint64_t base = make_frame(0xdead0, 0, layout_.frame.first_entry_owner);
        put(thread_ + at.base_frame, base);
        put(thread_ + at.current_frame, base);
    }
    if (at.attached_from == cpython::AttachedFrom::runtime)
        put(runtime_ + layout_.runtime.attached, thread_);
    else
        put(thread_ + at.status, at.status_value);
    set_bound_thread(thread_);
    return thread_;
}

void FakePython::detach() {
    if (layout_.thread.attached_from == cpython::AttachedFrom::runtime)
        put(runtime_ + layout_.runtime.attached, std::uint64_t{0});
    else
        put(thread_ + layout_.thread.status, std::uint32_t{0});
}

std::uint64_t FakePython::keys_with(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& attributes,
                                    bool with_values) {
    const cpython::PythonLayout::Dictionary& at = layout_.dictionary;
    const bool has_kind = at.kind != cpython::absent;
    constexpr std::uint64_t indices = 64;
    const std::uint64_t keys = allocate(at.indices + indices + attributes.size() * 24);
    put(keys + at.entry_count, std::uint64_t{attributes.size()});
    if (has_kind) {
        put(keys + at.log2_index_bytes, std::uint8_t{6});
        put(keys + at.kind, static_cast<std::uint8_t>(with_values ? 1 : 2));
    } else {
        put(keys + at.slots, indices);
    }
    std::uint64_t entry = keys + at.indices + indices;
    for (const auto& [key, value] : attributes) {
        if (!has_kind) entry += 8;
        put(entry, key);
        if (with_values) put(entry + 8, value);
        entry += 16;
    }
    return keys;
}

std::uint64_t FakePython::instance(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& attributes,
                                   bool in_dictionary) {
    using cpython::AttributesIn;
    const cpython::PythonLayout::Attributes& at = layout_.attributes;
    const bool is_managed = at.managed_flag != 0;
    constexpr std::uint64_t before = 64, object_bytes = 48;
    const std::uint64_t type = allocate(structure_bytes);
    const std::uint64_t object = allocate(before + object_bytes + 512) + before;
    put(object + layout_.object.type, type);
    put(type + layout_.type.basic_size, object_bytes);
    put(type + at.type_flags, std::uint64_t{at.managed_flag | at.inline_flag});
    if (!is_managed) put(type + at.type_dictionary, std::int64_t{40});
    if (in_dictionary || !is_managed) {
        const std::uint64_t dictionary = allocate(128);
        put(dictionary + layout_.dictionary.keys, keys_with(attributes, true));
        put(is_managed ? object - at.before : object + 40, dictionary);
        return object;
    }
    const bool is_inline = at.kept_in == AttributesIn::inline_values;
    const std::uint64_t values = is_inline ? object + object_bytes : allocate(512);
    put(type + at.type_keys, keys_with(attributes, false));
    for (std::size_t i = 0; i < attributes.size(); ++i) put(values + at.values + 8 * i, attributes[i].second);
    if (is_inline) put(values + at.values_valid, std::uint8_t{1});
    if (at.kept_in == AttributesIn::values_or_dictionary) put(object - at.before - 8, values);
    if (at.kept_in == AttributesIn::tagged_values_or_dictionary) put(object - at.before, values - 1);
    return object;
}

void FakePython::begin_collection() {
    const std::uint64_t interpreter = get_pointer(thread_ + layout_.thread.interpreter);
    const bool is_global = layout_.runtime.collector != cpython::absent;
    const std::uint64_t collector =
        is_global ? runtime_ + layout_.runtime.collector : interpreter + layout_.interpreter.collector;
    put(collector + layout_.collector.collecting, std::int32_t{1});
}

std::uint64_t FakePython::head() const {
    if (!has_control_frames()) return get_pointer(thread_ + layout_.thread.current_frame);
    return get_pointer(get_pointer(thread_ + layout_.thread.control_frame) + layout_.control_frame.current_frame);
}

void FakePython::set_head(std::uint64_t frame) {
    if (!has_control_frames()) return put(thread_ + layout_.thread.current_frame, frame);
    put(get_pointer(thread_ + layout_.thread.control_frame) + layout_.control_frame.current_frame, frame);
}

std::uint64_t FakePython::make_frame(std::uint64_t code, std::uint64_t instruction, std::uint8_t owner) {
    if (owner == layout_.frame.generator_owner) allocate(8);  // its state
    const std::uint64_t frame = allocate(layout_.frame.bytes + 16);
    if (layout_.thread.data_stack_top != cpython::absent && owner == 0)
        put(thread_ + layout_.thread.data_stack_top, frame + layout_.frame.bytes + 16);
    put(frame + layout_.frame.code, code);
    if (has_frame_objects())
        put(frame + layout_.frame.instruction, static_cast<std::uint32_t>(instruction));
    else
        put(frame + layout_.frame.instruction, instruction);
    if (layout_.frame.owner != cpython::absent) put(frame + layout_.frame.owner, owner);
    return frame;
}

std::uint64_t FakePython::push_control_frame() {
    const std::uint64_t control = allocate(32);
    put(control + layout_.control_frame.previous, get_pointer(thread_ + layout_.thread.control_frame));
    put(thread_ + layout_.thread.control_frame, control);
    return control;
}

std::uint64_t FakePython::begin_activation() {
    if (has_frame_objects()) return 0;
    const std::uint64_t caller = head();
    std::uint64_t marker = 0;
    if (has_control_frames()) {
        marker = push_control_frame();
        set_head(caller);
    }
    const bool has_entry_frames = layout_.version.minor >= 12;
    if (has_entry_frames) {
        const std::uint64_t entry = make_frame(0xdead0, 0, layout_.frame.first_entry_owner);
        put(entry + layout_.frame.previous, caller);
        set_head(entry);
        if (marker == 0) marker = entry;
    }
    return marker;
}

std::uint64_t FakePython::instruction_of(std::uint64_t code, std::int32_t unit) const {
    const std::int64_t bytes = 2 * static_cast<std::int64_t>(unit);
    switch (layout_.frame.instruction_is) {
        case cpython::Instruction::byte_index:
            return static_cast<std::uint64_t>(unit < 0 ? -1 : bytes);
        case cpython::Instruction::unit_index:
            return static_cast<std::uint64_t>(std::int64_t{unit});
        case cpython::Instruction::address:
            break;
    }
    return code + layout_.code.instructions + static_cast<std::uint64_t>(bytes);
}

std::uint64_t FakePython::push_frame(std::uint64_t code, std::int32_t unit, std::uint8_t owner) {
    if (has_frame_objects()) {
        enter_loop();
        return link_frame(code, unit);
    }
    const std::uint64_t frame = make_frame(code, instruction_of(code, unit), owner);
    put(frame + layout_.frame.previous, head());
    set_head(frame);
    return frame;
}

void FakePython::enter_loop() {
    constexpr std::uint64_t highest = 0x7fff'0000'0000, distance = 0x100;
    const bool is_counted = layout_.frame.activations == cpython::Activations::counted;
    markers_.push_back(is_counted ? highest - distance * markers_.size() : push_control_frame());
}

std::uint64_t FakePython::link_frame(std::uint64_t code, std::int32_t unit) {
    const std::uint64_t frame = make_frame(code, instruction_of(code, unit), 0);
    put(frame + layout_.frame.previous, head());
    set_head(frame);
    return frame;
}

void FakePython::unlink_control_frame() {
    const std::uint64_t place = thread_ + layout_.thread.control_frame;
    put(place, get_pointer(get_pointer(place) + layout_.control_frame.previous));
}

void FakePython::fill(capture::NativeStack& native) const {
    native.count = 0;
    native.end = capture::WalkEnd::bottom;
    for (auto marker = markers_.rbegin(); marker != markers_.rend(); ++marker) {
        const bool is_leaf = native.count == 0;
        native.frames[native.count++] = {.pc = 0x1000,
                                         .sp = *marker - 0x80,
                                         .module = 7,
                                         .is_return_address = !is_leaf,
                                         .guessed = false,
                                         .function = 0};
        native.frames[native.count++] = {.pc = loop_begin + 0x10,
                                         .sp = *marker,
                                         .module = 8,
                                         .is_return_address = true,
                                         .guessed = false,
                                         .function = 0x10};
    }
}

}  // namespace pyprof::tests
