#include "agent/capture/driver.h"

#include <atomic>

#include "agent/capture/memory.h"
#include "agent/capture/python_state.h"
#include "wire/recording.h"

namespace pyprof::capture {
namespace {

namespace node_key = wire::node_key;

constexpr std::uint32_t pause_without_starter = 64;  // samples

// Room for one thread that reads another's frames: too much for each to have its own.
struct Room {
    PythonMemo memo;
    NativeStack native;  // stays empty
    PythonStack python;
    PageCopies copies;
} room;
std::atomic<bool> room_taken{false};

class RoomUser {
public:
    RoomUser() : entered_{!room_taken.exchange(true, std::memory_order_acquire)} {}
    ~RoomUser() {
        if (entered_) room_taken.store(false, std::memory_order_release);
    }
    RoomUser(const RoomUser&) = delete;
    RoomUser& operator=(const RoomUser&) = delete;
    bool entered() const { return entered_; }

private:
    bool entered_;
};

bool copy_word(std::uint64_t address, std::uint64_t& word) { return copy_from_memory(address, &word, sizeof word); }

bool find_position(const cpython::PythonLayout& layout, std::uint64_t thread, PythonPosition& position) {
    const bool by_control_frame = layout.frame.activations == cpython::Activations::control_frames;
    std::uint64_t innermost = thread + layout.thread.current_frame;
    if (by_control_frame) {
        if (!copy_word(thread + layout.thread.control_frame, position.control)) return false;
        innermost = position.control + layout.control_frame.current_frame;
    }
    return copy_word(innermost, position.frame) && position.frame != 0 &&
           copy_word(position.frame + layout.frame.instruction, position.instruction);
}

std::uint64_t key_of(const PythonFrame& frame) {
    return frame.code == 0 ? node_key::make_special(static_cast<std::uint64_t>(wire::Special::unknown_code))
                           : node_key::make_python(frame.code, frame.unit);
}

void keep_frames(Driver& driver, const PythonStack& python) {
    driver.count = 0;
    for (std::uint32_t i = 0; i < python.count; ++i) {
        if (i == python.cut_at && i != 0)
            driver.keys[driver.count++] = node_key::make_special(static_cast<std::uint64_t>(wire::Special::frames_cut));
        driver.keys[driver.count++] = key_of(python.frames[i]);
    }
}

// False: it cannot be read.
bool walk_starter(Driver& driver) {
    room.copies.clear();
    room.memo.count = 0;
    room.memo.thread = 0;
    walk_python_here({room.native, {}, room.memo, driver.starter, &room.copies}, room.python);
    driver.thread = room.memo.thread;
    return room.python.result == PythonWalk::complete && driver.thread != 0;
}

bool stands_there(const cpython::PythonLayout& layout, const Driver& driver) {
    PythonPosition now;
    return find_position(layout, driver.thread, now) && now == driver.position;
}

// Brings the frames up to where the starter stands. False: it does not stand still.
bool follow(Driver& driver, const cpython::PythonLayout& layout) {
    if (driver.count != 0 && stands_there(layout, driver)) return true;
    driver.count = 0;
    const RoomUser user;
    if (!user.entered() || (driver.thread == 0 && !walk_starter(driver))) return false;
    if (!find_position(layout, driver.thread, driver.position) || !walk_starter(driver)) return false;
    if (!stands_there(layout, driver)) return false;
    keep_frames(driver, room.python);
    return driver.count != 0;
}

void append(const Driver& driver, MergedStack& stack) {
    if (stack.count + driver.count + 1 > max_merged_frames) return;
    stack.keys[stack.count++] = node_key::make_special(static_cast<std::uint64_t>(wire::Special::worker_threads));
    for (std::uint32_t i = 0; i < driver.count; ++i) stack.keys[stack.count++] = driver.keys[i];
}

}  // namespace

void add_driver(Driver& driver, MergedStack& stack) {
    const cpython::PythonRuntime* runtime = python_runtime.load(std::memory_order_acquire);
    if (driver.starter == 0 || runtime == nullptr || stack.has_python) return;
    if (driver.pause != 0) {
        --driver.pause;
        return;
    }
    if (follow(driver, runtime->layout))
        append(driver, stack);
    else if (driver.thread == 0)
        driver.pause = pause_without_starter;
}

void forget_looking() { room_taken.store(false); }

}  // namespace pyprof::capture
