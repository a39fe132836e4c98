#include "agent/preload/spool.h"

#include <stdlib.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "agent/capture/process_state.h"
#include "agent/capture/syscalls.h"
#include "agent/discover/program_path.h"
#include "agent/discover/text.h"

namespace pyprof::preload {
namespace {

using capture::process;
using capture::process_texts;
using discover::TextBuilder;
namespace sys = capture::sys;

char folder[512];
char fallback_parent[512];
char fallback_folder[512];

template <std::size_t n>
void copy_environment(char (&into)[n], const char* name) {
    const char* value = getenv(name);
    TextBuilder{into, n}.add(value == nullptr ? "" : value);
}

// Only a folder that nobody else can write to will do: the spool is often a world-writable place.
bool is_ours(const char* path) {
    struct stat status {};
    if (sys::call(SYS_newfstatat, AT_FDCWD, sys::word(path), sys::word(&status), AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    return S_ISDIR(status.st_mode) && status.st_uid == geteuid() && (status.st_mode & 022) == 0;
}

// A disk with less room would be full before the first trees are: another place is better from the start.
constexpr std::uint64_t smallest_room = 512u << 10;

bool has_room(const char* path) {
    struct statfs status {};
    if (sys::call(SYS_statfs, sys::word(path), sys::word(&status)) != 0 || status.f_blocks == 0) return true;
    return status.f_bavail * static_cast<std::uint64_t>(status.f_bsize) >= smallest_room;
}

bool wants_fallback() { return folder[0] == '\0' || !has_room(folder); }

bool make_folder(char (&into)[512], const char* parent) {
    TextBuilder path{into, sizeof into};
    path.add(parent).add("/pyprof-").add(geteuid()).add("-").add(process_texts.job);
    sys::call(SYS_mkdir, sys::word(into), 0700);
    if (!path.cut() && is_ours(into)) return true;
    into[0] = '\0';
    return false;
}

bool make_fallback() { return fallback_parent[0] == '/' && make_folder(fallback_folder, fallback_parent); }

void recording_in(const char* in_folder, char (&into)[1024], int pid, std::uint64_t started) {
    into[0] = '\0';
    if (in_folder[0] == '\0') return;
    TextBuilder path{into, sizeof into};
    path.add(in_folder)
        .add("/")
        .add(process_texts.host)
        .add("-")
        .add(static_cast<std::uint64_t>(pid))
        .add("-")
        .add(started);
    path.add(".rec");
    if (path.cut()) into[0] = '\0';
}

}  // namespace

void rename_recording(int pid, std::uint64_t started_realtime_ns) {
    const bool elsewhere = wants_fallback() && make_fallback();
    recording_in(elsewhere ? "" : folder, process_texts.recording_path, pid, started_realtime_ns);
    recording_in(fallback_folder, process_texts.fallback_path, pid, started_realtime_ns);
}

void locate_spool(std::uint64_t started_realtime_ns) {
    copy_environment(process_texts.job, "PYPROF_JOB");
    if (process_texts.job[0] == '\0') TextBuilder{process_texts.job, sizeof process_texts.job}.add("nameless");
    gethostname(process_texts.host, sizeof process_texts.host - 1);
    discover::find_program_path(process_texts.executable, sizeof process_texts.executable);
    const char* spool = getenv("PYPROF_SPOOL");
    const char* temporary = getenv("TMPDIR");
    const bool chosen = (spool != nullptr && spool[0] == '/' && make_folder(folder, spool)) ||
                        (temporary != nullptr && temporary[0] == '/' && make_folder(folder, temporary)) ||
                        make_folder(folder, "/tmp");
    if (!chosen) folder[0] = '\0';
    copy_environment(fallback_parent, "PYPROF_SPOOL_FALLBACK");
    if (wants_fallback() && make_fallback()) folder[0] = '\0';
    rename_recording(process.pid, started_realtime_ns);
}

const char* spool_folder() { return folder[0] != '\0' ? folder : fallback_folder; }

}  // namespace pyprof::preload
