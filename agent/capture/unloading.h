#pragma once
// Keeps objects from being unloaded under a reader. The frames of a thread keep their objects loaded, so a walk by
// unwind information needs nothing of this. A stack scan does: a word that some earlier call left on the stack may
// point into an object that another thread is unloading.
//
// One counter of readers, one of unloads: readers never wait and read nothing while there is an unload; an unload waits
// for the readers that came before it.
#include <atomic>
#include <cstdint>

namespace pyprof::capture {

// Around the loader's work in dlclose. begin_unload waits at most 20 ms for handlers of other threads: longer only if
// one was stopped in the middle, or left by a jump, and then it may be away for good. It waits for the agent's own
// threads as long as they need, which is long only where they get no processor; false: one still reads after two
// seconds, so nothing may be unloaded. Not in a handler.
bool begin_unload();
void end_unload();

// In a forked child: readers and unloads of other threads are not there.
void reset_unloads();

// Async-signal-safe.
class ObjectReader {
public:
    ObjectReader();
    // In a thread of the agent's own, for longer: what another thread's frames keep loaded, it may unload.
    enum Visitor { visitor };
    explicit ObjectReader(Visitor);
    ~ObjectReader();
    ObjectReader(const ObjectReader&) = delete;
    ObjectReader& operator=(const ObjectReader&) = delete;
    // False while something is being unloaded: read only what the thread's own frames keep.
    bool may_read() const { return may_read_; }

private:
    explicit ObjectReader(std::atomic<std::uint32_t>& readers);

    std::atomic<std::uint32_t>& readers_;
    bool may_read_;
};

}  // namespace pyprof::capture
