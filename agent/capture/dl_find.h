#pragma once
// Which loaded object holds an address: glibc's _dl_find_object (2.35), lock-free and async-signal-safe (about 5 ns),
// or, where glibc is older, a table of our own (object_table.h). The function is looked up in the loaded objects at
// set-up, so that the agent also loads where it does not exist.
#include <cstdint>
#include <link.h>

namespace pyprof::capture {

struct FoundObject {
    std::uint64_t begin, end;       // whole mapped range; may have holes between segments
    std::uint64_t eh_frame_header;  // address of .eh_frame_hdr, 0 if it has none
    const link_map* map;            // valid while the object stays loaded
};

enum class ObjectLookup : std::uint8_t {
    automatic,  // glibc's where there is one
    own_table,  // for tests: as if glibc were old
};

// Takes the loader's lock: call from a constructor, before the first sample, never from a handler. False where neither
// way works; find_object then finds nothing.
bool set_up_object_lookup(ObjectLookup lookup = ObjectLookup::automatic);

bool can_look_up_objects();

// Any thread, any signal handler. False if `address` lies outside every loaded object.
bool find_object(std::uint64_t address, FoundObject& found);

// Objects are about to be loaded or unloaded, or just were. Async-signal-safe.
void expect_object_change();

// In a forked child, before its first sample.
void reset_object_lookup();

}  // namespace pyprof::capture
