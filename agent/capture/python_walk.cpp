#include "agent/capture/python_walk.h"

#include <pthread.h>

#include "agent/capture/code_units.h"
#include "agent/capture/collector.h"
#include "agent/capture/innermost_frame.h"
#include "agent/capture/interpreter_call.h"
#include "agent/capture/loop_frames.h"
#include "agent/capture/python_stack_builder.h"
#include "agent/capture/running_task.h"

namespace pyprof::capture {
namespace {

using cpython::PythonLayout;

constexpr std::uint32_t longest_chain = 1 << 18;     // frames of one thread; a longer chain is taken for a cycle
constexpr std::uint32_t most_activations = 1 << 15;  // of one thread; each takes half a KiB of C stack
constexpr std::uint32_t most_interpreters = 256;
constexpr std::uint64_t smallest_chunk_bytes = 16 << 10;  // DATA_STACK_CHUNK_SIZE in pystate.c of 3.11 and 3.12
constexpr std::uint64_t lowest_address = 1 << 20;         // of a heap; programs begin at 4 MiB where they are not moved
constexpr std::uint32_t most_threads = 4096;              // of one interpreter

using RawFrame = PythonStackBuilder::RawFrame;

bool is_in_interpreter(const cpython::PythonRuntime& runtime, const NativeFrame& frame) {
    return frame.pc >= runtime.begin && frame.pc < runtime.end;
}

// A whole native stack without the interpreter: a thread of a numerical library, say.
bool runs_no_python(const cpython::PythonRuntime& runtime, const NativeStack& native) {
    if (runtime.begin == runtime.end || native.end != WalkEnd::bottom || native.guessed) return false;
    for (std::uint32_t i = 0; i < native.count; ++i)
        if (native.frames[i].module == 0 || is_in_interpreter(runtime, native.frames[i])) return false;
    return native.count != 0;
}

class Walk {
public:
    Walk(const cpython::PythonRuntime& runtime, const NativeStack& native, PythonStackBuilder& stack,
         RememberedFrames& remembered, PageCache& known, bool interpreter_waits, std::uint64_t call,
         std::uint64_t other)
        : runtime_{runtime},
          layout_{runtime.layout},
          native_{native},
          stack_{stack},
          remembered_{remembered},
          known_{known},
          interpreter_waits_{interpreter_waits},
          call_{call},
          other_{other},
          units_{runtime.layout, known},
          loops_{runtime, native} {}

    PythonWalk run(bool& attached) {
        const std::uint64_t thread = find_thread(attached);
        if (thread == 0) return PythonWalk::none;
        is_collecting_ = is_collecting(thread);
        is_attached_ = attached;
        const PythonWalk result = walk(thread);
        if (result == PythonWalk::complete) remembered_.keep(thread);
        return result;
    }

    // A thread of the same interpreter collects garbage, perhaps this one.
    bool is_collecting() const { return is_collecting_; }
    std::uint64_t outermost() const { return outermost_; }

private:
    PythonWalk walk(std::uint64_t thread) {
        bool good = true;
        const bool several = several_interpreters();
        if (layout_.frame.activations == cpython::Activations::counted) align_loops(count_own_frames(thread, several));
        if (several) {
            good = for_each_own_thread(thread);
            stack_.sort_activations();
        } else {
            good = walk_thread(thread);
        }
        return good ? PythonWalk::complete : PythonWalk::unreadable;
    }

    // The thread state that this thread has attached, else the one it had last; 0: it never ran Python, or the
    // interpreter is ending and frees the others' thread states.
    std::uint64_t find_thread(bool& attached) {
        std::uint64_t thread = bound_thread();
        // The thread state that the waiting loops use, as in the last walk.
        trusts_thread_ = interpreter_waits_ && remembered_.knows_thread(thread);
        if (layout_.thread.attached_from == cpython::AttachedFrom::runtime) {
            const std::uint64_t holder = of_runtime<std::uint64_t>(layout_.runtime.attached);
            attached = holder != 0 && (holder == thread || is_own(holder));
            if (attached) thread = holder;
            trusts_thread_ = interpreter_waits_ && remembered_.knows_thread(thread);
        } else {
            std::uint32_t status = 0;
            attached = thread != 0 && read_thread(thread + layout_.thread.status, status) &&
                       (status & layout_.thread.status_mask) == layout_.thread.status_value;
        }
        const std::uint64_t finalizing = of_runtime<std::uint64_t>(layout_.runtime.finalizing);
        return finalizing == 0 || finalizing == thread ? thread : 0;
    }

    std::uint64_t bound_thread() {
        if (other_ != 0) return first_own_thread();
        if (layout_.runtime.key == cpython::absent) return own_or_none(runtime_.bound_thread.load());
        if (of_runtime<std::int32_t>(layout_.runtime.key_initialized) == 0) return 0;
        const auto key = of_runtime<std::uint32_t>(layout_.runtime.key);
        return reinterpret_cast<std::uint64_t>(runtime_.thread_specific(key));
    }

    // A block of thread-local storage may still be that of a library that was unloaded.
    std::uint64_t own_or_none(std::uint64_t thread) {
        const bool is_known = interpreter_waits_ && remembered_.knows_thread(thread);
        return thread != 0 && (is_known || is_own(thread)) ? thread : 0;
    }

    // Another thread's pthread values cannot be read: its thread state is looked for among all.
    [[gnu::noinline]] std::uint64_t first_own_thread() {
        std::uint64_t found = 0;
        for_each_thread([&](std::uint64_t thread) {
            if (found == 0 && is_own(thread)) found = thread;
            return found == 0;
        });
        return found;
    }

    // A member of _PyRuntime; 0 if the interpreter's library was unloaded.
    template <class T>
    T of_runtime(cpython::Offset offset) {
        if (interpreter_waits_) return known_.load<T>(runtime_.runtime + offset);
        T value{};
        read(runtime_.runtime + offset, value, known_);
        return value;
    }

    bool is_collecting(std::uint64_t thread) {
        std::uint64_t flag = layout_.collector.collecting;
        if (layout_.runtime.collector != cpython::absent) {
            flag += runtime_.runtime + layout_.runtime.collector;
        } else {
            std::uint64_t interpreter = 0;
            if (!read_thread(thread + layout_.thread.interpreter, interpreter)) return false;
            flag += interpreter + layout_.interpreter.collector;
        }
        remembered_.expect_collecting(flag);
        std::int32_t collecting = 0;
        return read_thread(flag, collecting) && collecting != 0;
    }

    // A member of the thread state that find_thread() gave, or of its interpreter.
    template <class T>
    bool read_thread(std::uint64_t address, T& value) {
        if (!trusts_thread_) return read(address, value, known_);
        value = known_.load<T>(address);
        return true;
    }

    bool is_own(std::uint64_t thread) {
        std::uint64_t owner = 0;
        return read(thread + layout_.thread.thread_id, owner, known_) &&
               owner == (other_ != 0 ? other_ : pthread_self());
    }

    bool several_interpreters() {
        const std::uint64_t first = of_runtime<std::uint64_t>(layout_.runtime.first_interpreter);
        std::uint64_t next = 0;
        if (first == 0) return false;
        if (trusts_thread_ && is_static(first))
            return known_.load<std::uint64_t>(first + layout_.interpreter.next) != 0;
        return read(first + layout_.interpreter.next, next, known_) && next != 0;
    }

    // The main interpreter's state is part of _PyRuntime; those of others are on the heap.
    bool is_static(std::uint64_t interpreter) const {
        return interpreter >= runtime_.runtime && interpreter < runtime_.end;
    }

    // A thread may run code of several interpreters, one inside the other, each with a thread state of its own. The
    // innermost comes first.
    [[gnu::noinline]] bool for_each_own_thread(std::uint64_t innermost) {
        bool good = walk_thread(innermost);
        const bool saw_all = for_each_thread([&](std::uint64_t thread) {
            if (thread != innermost && is_own(thread)) good = walk_thread(thread) && good;
            return true;
        });
        return good && saw_all;
    }

    // Calls action(thread state) until it says false. False: the lists cannot be read.
    template <class Action>
    bool for_each_thread(Action action) {
        std::uint64_t interpreter = of_runtime<std::uint64_t>(layout_.runtime.first_interpreter);
        for (std::uint32_t i = 0; interpreter != 0 && i < most_interpreters; ++i) {
            std::uint64_t thread = 0;
            if (!read(interpreter + layout_.interpreter.first_thread, thread, known_)) return false;
            for (std::uint32_t k = 0; thread != 0 && k < most_threads; ++k) {
                if (!action(thread)) return true;
                if (!read(thread + layout_.thread.next, thread, known_)) return false;
            }
            if (!read(interpreter + layout_.interpreter.next, interpreter, known_)) return false;
        }
        return true;
    }

    [[gnu::hot]] bool walk_thread(std::uint64_t thread) {
        switch (layout_.frame.activations) {
            case cpython::Activations::counted:
                return walk_counted_frames(thread);
            case cpython::Activations::paired_control_frames:
                return walk_paired_frames(thread);
            case cpython::Activations::control_frames:
                return walk_control_frames(thread);
            case cpython::Activations::entry_frames:
                break;
        }
        return walk_entry_frames(thread);
    }

    // 3.8 and 3.9: each frame has a native frame of the evaluation loop.
    [[gnu::noinline]] bool walk_counted_frames(std::uint64_t thread) {
        std::uint64_t frame = 0;
        if (!read_thread(thread + layout_.thread.current_frame, frame)) return false;
        for (std::uint32_t i = 0; frame != 0; ++i) {
            if (i == most_activations || !add_readable_frame(frame)) break;
            end_loop();
            frame = known_.load<std::uint64_t>(frame + layout_.frame.previous);
        }
        return end_chain(frame == 0);
    }

    // Both begin at the root, so that is where they are counted from: a loop that is only entered or left stands at the
    // leaf. The root of a stack that is not whole is unknown, that of a coroutine library's own stack has loops without
    // frames: there the leaves are taken for each other's.
    [[gnu::noinline]] void align_loops(std::uint32_t frames) {
        const std::uint32_t count = loops_.count();
        if (native_.end != WalkEnd::bottom || count > frames + 1) return;
        if (count == frames + 1) end_loop();
        if (count < frames) loops_.end();  // nobody knows which one is missing
    }

    void end_loop() {
        std::uint64_t marker = 0;
        if (loops_.next(marker)) stack_.end_activation(marker);
    }

    [[gnu::noinline]] std::uint32_t count_own_frames(std::uint64_t innermost, bool several) {
        std::uint32_t frames = count_frames(innermost);
        if (several)
            for_each_thread([&](std::uint64_t thread) {
                if (thread != innermost && is_own(thread)) frames += count_frames(thread);
                return true;
            });
        return frames;
    }

    // Frames of one thread state, as far as they can be read.
    std::uint32_t count_frames(std::uint64_t thread) {
        std::uint64_t frame = 0;
        std::uint32_t frames = 0;
        if (!read_thread(thread + layout_.thread.current_frame, frame)) return 0;
        for (; frame != 0 && frames < most_activations && is_readable_frame(frame); ++frames)
            frame = known_.load<std::uint64_t>(frame + layout_.frame.previous);
        remembered_.rewind();
        return frames;
    }

    // 3.10: each frame has a control frame. The loop links the control frame first, and unlinks it first.
    [[gnu::noinline]] bool walk_paired_frames(std::uint64_t thread) {
        std::uint64_t frame = 0, control = 0;
        if (!read_thread(thread + layout_.thread.current_frame, frame) ||
            !read_thread(thread + layout_.thread.control_frame, control))
            return false;
        const std::uint32_t frames = count_frames(thread);
        const std::uint64_t root = thread + layout_.thread.root_control_frame;
        std::uint32_t controls = 0;
        if (!count_control_frames(control, root, controls)) return false;
        if (controls == frames + 1) end_control_frame(control);
        bool is_unlinked = controls + 1 == frames;
        for (std::uint32_t i = 0; frame != 0; ++i) {
            if (i == most_activations || !add_readable_frame(frame)) break;
            if (is_unlinked && native_.count != 0)
                stack_.end_activation(native_.frames[0].sp);
            else if (!is_unlinked && control != root)
                end_control_frame(control);
            is_unlinked = false;
            frame = known_.load<std::uint64_t>(frame + layout_.frame.previous);
        }
        return end_chain(frame == 0);
    }

    void end_control_frame(std::uint64_t& control) {
        stack_.end_activation(control);
        control = known_.load<std::uint64_t>(control + layout_.control_frame.previous);
    }

    bool count_control_frames(std::uint64_t control, std::uint64_t root, std::uint32_t& controls) {
        for (; control != root; ++controls)
            if (controls == most_activations || !read(control + layout_.control_frame.previous, control, known_))
                return false;
        return true;
    }

    bool add_readable_frame(std::uint64_t frame) { return is_readable_frame(frame) && add_frame(frame); }

    // Frames that no marker was found for stand behind all others.
    bool end_chain(bool is_whole) {
        if (stack_.activation_is_open()) stack_.end_activation(no_marker);
        return is_whole;
    }

    // 3.13 on: one chain, in which each activation ends with its entry frame. From 3.15 on it ends with a frame of the
    // thread state, before with nothing.
    [[gnu::hot]] bool walk_entry_frames(std::uint64_t thread) {
        std::uint64_t frame = 0, base = 0;
        if (!read_thread(thread + layout_.thread.current_frame, frame)) return false;
        if (layout_.thread.base_frame != cpython::absent && !read_thread(thread + layout_.thread.base_frame, base))
            return false;
        const RunningTask task = running_task(thread);
        for (std::uint32_t i = 0; frame != base && frame != 0 && i < longest_chain; ++i) {
            if (!is_readable_frame(frame)) break;
            if (is_entry(frame))
                stack_.end_activation(frame);
            else if (!add_frame(frame))
                break;
            else if (frame == task.frame)
                add_task(task);
            frame = known_.load<std::uint64_t>(frame + layout_.frame.previous);
        }
        if (!stack_.activation_is_open()) return frame == base;
        stack_.end_activation(no_marker);  // a chain that broke off
        return false;
    }

    RunningTask running_task(std::uint64_t thread) {
        std::uint64_t task = 0;
        if (layout_.thread.running_task == cpython::absent ||
            !read_thread(thread + layout_.thread.running_task, task) || task == 0)
            return {};
        return find_running_task(task, runtime_, known_);
    }

    void add_task(const RunningTask& task) {
        const bool holds_lock = is_attached_ && other_ == 0 && !layout_.version.free_threaded;
        const std::uint64_t code = code_of(task.frame);
        TaskName name;
        if (copy_task_name(task, code, holds_lock, runtime_, known_, name)) stack_.add_task(name);
    }

    // 3.11 and 3.12: an activation's frames lead from its control frame's current_frame to that of the one before.
    [[gnu::hot]] bool walk_control_frames(std::uint64_t thread) {
        const std::uint64_t root = thread + layout_.thread.root_control_frame;
        std::uint64_t control = 0;
        if (!read_thread(thread + layout_.thread.control_frame, control)) return false;
        if (const std::uint64_t filled = skip_unfilled(control, root); filled != control) {
            stack_.end_activation(control);
            control = filled;
        }
        for (std::uint32_t i = 0; control != root; ++i) {
            std::uint64_t previous = 0, frame = 0, end = 0;
            if (i == most_activations || !read(control + layout_.control_frame.previous, previous, known_) ||
                !read(control + layout_.control_frame.current_frame, frame, known_) ||
                !read_control_frame(thread, previous + layout_.control_frame.current_frame, end))
                return false;
            // A coroutine library's own control frame never has a frame and is no evaluation loop's.
            const bool is_activation = frame != 0;
            if (i == 0) frame = skip_unfinished(innermost(thread, frame, end), end);
            if (!add_frames(frame, end)) {
                stack_.end_activation(control);
                return false;
            }
            if (is_activation) stack_.end_activation(control);
            control = previous;
        }
        return true;
    }

    // The loop publishes its control frame before it is filled. The one before it lies in the next loop's native frame
    // where it lies in its own, unless a coroutine library put one in between or began with the thread's.
    std::uint64_t skip_unfilled(std::uint64_t control, std::uint64_t root) {
        const std::uint64_t before = loops_.same_in_next(control);
        std::uint64_t previous = before;
        if (before == 0 || !read(control + layout_.control_frame.previous, previous, known_)) return control;
        if (previous == before || previous == root) return control;
        std::uint32_t controls = 0;
        const bool is_between = previous > control && previous < before;
        return is_between && count_control_frames(previous, root, controls) ? control : before;
    }

    // The outermost control frame is part of the thread state.
    bool read_control_frame(std::uint64_t thread, std::uint64_t address, std::uint64_t& frame) {
        const bool is_root =
            address == thread + layout_.thread.root_control_frame + layout_.control_frame.current_frame;
        return is_root ? read_thread(address, frame) : read(address, frame, known_);
    }

    std::uint64_t innermost(std::uint64_t thread, std::uint64_t frame, std::uint64_t end) {
        std::uint64_t top = 0;
        if (!read_thread(thread + layout_.thread.data_stack_top, top)) return end;
        trust_data_stack(thread);
        if (known_.trusts(frame, layout_.frame.bytes)) trust_code(code_of(frame));
        return InnermostFrame{layout_, top, known_}.find(frame, end);
    }

    // While the interpreter waits, the chunk that it names is there: it names another one before it gives one back.
    void trust_data_stack(std::uint64_t thread) {
        std::uint64_t chunk = 0;
        if (trusts_thread_ && read_thread(thread + layout_.thread.data_stack_chunk, chunk) && chunk != 0)
            known_.trust_data_stack(chunk, chunk + smallest_chunk_bytes);
    }

    // See python_memo.h for when the innermost frame's code object needs no probe.
    void trust_code(std::uint64_t code) {
        if (call_ != 0 && remembered_.knows_call(call_, code)) known_.trust_code(code, code + layout_.code.basic_size);
    }

    std::uint64_t code_of(std::uint64_t frame) const {
        return known_.load<std::uint64_t>(frame + layout_.frame.code) & ~layout_.frame.code_tags;
    }

    // The innermost frame is linked before all of it is written; it is left out as long as it makes no sense. While the
    // interpreter waits, all is written.
    std::uint64_t skip_unfinished(std::uint64_t frame, std::uint64_t end) {
        if (interpreter_waits_) return frame;
        RawFrame ignored{};
        PythonMemo::Frame forgotten{};
        if (frame == end || !readable(frame, layout_.frame.bytes, known_) || is_entry(frame) ||
            read_frame(frame, ignored, forgotten))
            return frame;
        return known_.load<std::uint64_t>(frame + layout_.frame.previous);
    }

    bool add_frames(std::uint64_t frame, std::uint64_t end) {
        for (std::uint32_t i = 0; frame != end; ++i) {
            if (i == longest_chain || !is_readable_frame(frame)) return false;
            if (!is_entry(frame) && !add_frame(frame)) return false;
            frame = known_.load<std::uint64_t>(frame + layout_.frame.previous);
        }
        return true;
    }

    bool is_entry(std::uint64_t frame) const {
        return known_.load<std::uint8_t>(frame + layout_.frame.owner) >= layout_.frame.first_entry_owner;
    }

    // See python_memo.h for when a remembered frame, and its code object, need no probe.
    bool may_trust_memo() const { return interpreter_waits_ && !is_innermost_; }

    bool is_readable_frame(std::uint64_t frame) {
        return (interpreter_waits_ && remembered_.find(frame) != nullptr) ||
               readable(frame, layout_.frame.bytes, known_);
    }

    // False if the frame is none.
    [[gnu::hot]] bool add_frame(std::uint64_t frame) {
        RawFrame raw{};
        PythonMemo::Frame checked{};
        if (!read_frame(frame, raw, checked)) return false;
        if (is_innermost_ && call_ != 0 && is_referred_to(raw.code)) remembered_.keep_call(call_, raw.code);
        is_innermost_ = false;
        outermost_ = frame;
        if (raw.id == 0 && is_init_cleanup(raw.code)) return true;
        checked.id = stack_.add_frame(raw);
        if (checked.id != 0) remembered_.add(checked);
        return true;
    }

    [[gnu::hot]] bool read_frame(std::uint64_t frame, RawFrame& raw, PythonMemo::Frame& checked) {
        const std::uint64_t code = code_of(frame);
        if (is_innermost_) trust_code(code);
        const PythonMemo::Frame* seen = remembered_.find(frame);
        if (seen != nullptr && seen->code != code) seen = nullptr;
        const bool is_trusted = seen != nullptr && may_trust_memo();
        if (!is_trusted && !readable(code, layout_.code.basic_size, known_)) return false;
        const bool is_kept = is_trusted || is_referred_to(code);
        const std::uint64_t fingerprint = CodeTable::fingerprint(code, layout_, known_, is_kept);
        if (seen != nullptr && seen->fingerprint == fingerprint)
            checked = *seen;
        else if (known_.load<std::uint64_t>(code + layout_.object.type) == runtime_.code_type)
            checked = first_look(frame, code, fingerprint);
        else
            return false;
        const std::uint64_t instruction = units_.instruction_of(frame);
        const bool is_same = checked.id != 0 && instruction == checked.instruction && units_.are_lasting();
        if (!is_same && !units_.unit_of(frame, code, instruction, checked.first_traceable, checked.unit)) return false;
        checked.instruction = instruction;
        raw = {.code = code, .fingerprint = fingerprint, .unit = checked.unit, .id = checked.id};
        return true;
    }

    // Readable memory that holds a code object which something refers to: its texts need no probe then. Where there was
    // one that is gone, the allocator has put nothing or an address.
    bool is_referred_to(std::uint64_t code) const {
        if (layout_.object.references == cpython::absent) return false;
        const auto references = known_.load<std::uint64_t>(code + layout_.object.references);
        return references != 0 && references < lowest_address &&
               known_.load<std::uint64_t>(code + layout_.object.type) == runtime_.code_type;
    }

    [[gnu::noinline]] PythonMemo::Frame first_look(std::uint64_t frame, std::uint64_t code, std::uint64_t fingerprint) {
        PythonMemo::Frame first{};
        first.frame = frame;
        first.code = code;
        first.fingerprint = fingerprint;
        first.first_traceable = units_.first_traceable_of(code);
        if (layout_.code.version != cpython::absent) return first;
        first.file = known_.load<std::uint64_t>(code + layout_.code.file_name);
        first.name = known_.load<std::uint64_t>(code + layout_.code.name);
        return first;
    }

    // The helper frame under __init__ (3.13 on): a constant of the interpreter, one text object is its name and its
    // file name. Code that a program compiles under the name of one of its functions looks the same but lies elsewhere.
    bool is_init_cleanup(std::uint64_t code) const {
        if (runtime_.begin != runtime_.end && (code < runtime_.begin || code >= runtime_.end)) return false;
        return known_.load<std::uint64_t>(code + layout_.code.file_name) ==
               known_.load<std::uint64_t>(code + layout_.code.name);
    }

    const cpython::PythonRuntime& runtime_;
    const PythonLayout& layout_;
    const NativeStack& native_;
    PythonStackBuilder& stack_;
    RememberedFrames& remembered_;
    PageCache& known_;
    const bool interpreter_waits_;
    const std::uint64_t call_;   // that it waits for, if that call may be known
    const std::uint64_t other_;  // pthread_self() of the thread that is looked at; 0: the calling one
    CodeUnits units_;
    LoopFrames loops_;
    bool trusts_thread_ = false;
    bool is_attached_ = false;
    bool is_collecting_ = false;
    std::uint64_t outermost_ = 0;
    bool is_innermost_ = true;  // no frame was read so far
};

}  // namespace

[[gnu::hot]] void walk_python(const cpython::PythonRuntime& runtime, const InterruptedThread& thread, CodeTable& codes,
                              RecordingWriter& writer, PythonStack& out) {
    out.result = PythonWalk::none;
    out.attached = false;
    out.collector = no_collector;
    out.outermost = 0;
    const bool is_other = thread.copies != nullptr;
    PageCache known = is_other ? PageCache{*thread.copies} : PageCache{};
    if (!is_other && thread.native.count != 0 && thread.stack.low <= thread.native.frames[0].sp)
        known.trust(thread.native.frames[0].sp, thread.stack.high);
    PythonStackBuilder stack{runtime.layout, codes, writer, known, out};
    if (runtime.state == cpython::RuntimeState::ready && !runs_no_python(runtime, thread.native)) {
        RememberedFrames remembered{thread.memo, codes.epoch()};
        const bool waits = !is_other && find_interpreter_call(runtime, thread.native) != no_call;
        Walk walk{runtime, thread.native, stack, remembered, known, waits, waits ? thread.call : 0, thread.other};
        out.result = walk.run(out.attached);
        out.outermost = walk.outermost();
        if (walk.is_collecting()) out.collector = find_collector(runtime, thread.native);
    }
    stack.finish();
}

}  // namespace pyprof::capture
