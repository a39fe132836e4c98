#pragma once
// The folder of a job in the spool (docs/formats/files.md) and the launchers that share it. A launcher registers
// when it starts; the last one to leave collects what lies there. Registration is a locked file, so a launcher that
// was killed counts as gone. Launchers of other hosts share the folder only if the spool is shared.
#include <cstdint>
#include <string>

#include "base/result.h"
#include "cli/file_descriptor.h"

namespace pyprof::cli {

class JobFolder {
public:
    // Creates or joins ROOT/pyprof-UID-KEY. Refuses a link and a folder that others own or may enter.
    static Result<JobFolder> join(const std::string& root, const std::string& key, int rank);

    const std::string& path() const { return path_; }
    // CLOCK_REALTIME when the job's first launcher joined; every launcher of the job reads the same.
    std::uint64_t started_ns() const { return started_ns_; }

    // It is still there, and not another one of the same name. Needs no lock.
    bool exists() const;

    // Waits for the folder's lock: nobody joins or leaves until `unlock` or exit.
    void lock();
    void unlock();

    // With the lock held: is another launcher that registered here still alive?
    bool others_alive() const { return lowest_other() >= 0; }
    // With the lock held: of all living launchers here, this one has the lowest rank.
    bool is_lowest() const;
    // With the lock held: the lowest rank that ever registered here.
    int lowest_ever() const { return lowest_ever_; }
    // With the lock held: ends the registration.
    void leave();

    // A word the launchers of the job leave for each other; empty if there is none. With the lock held.
    std::string note(const std::string& name) const;
    void set_note(const std::string& name, const std::string& text);

    // With the lock held, after leaving: deletes the notes and, if nothing else is left, the folder.
    void remove_if_empty();

private:
    int lowest_other() const;
    Status register_launcher();

    std::string path_;
    FileDescriptor folder_;
    FileDescriptor registration_;
    std::string registration_name_;
    int rank_ = 0;
    int lowest_ever_ = 0;
    std::uint64_t started_ns_ = 0;
};

}  // namespace pyprof::cli
