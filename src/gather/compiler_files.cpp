#include "gather/compiler_files.h"

#include <utility>

namespace pyprof::gather {

std::optional<JitPlace> CompilerFiles::find(std::uint64_t address) {
    read();
    if (std::optional<JitDump::Found> found = dump_.find(address)) {
        replaced_ += found->replaced ? 1 : 0;
        return std::move(found->place);
    }
    const std::string_view name = map_.name_at(address);
    if (name.empty()) return std::nullopt;
    JitPlace place;
    place.function.name = name;
    return place;
}

void CompilerFiles::read() {
    if (unread_ == nullptr) return;
    dump_ = JitDump::of(*unread_);
    map_ = PerfMap::of(*unread_);
    unread_ = nullptr;
}

std::vector<std::string> CompilerFiles::notes() const {
    std::vector<std::string> notes;
    for (const std::string& problem : dump_.problems())
        notes.push_back(problem + "; code that it tells of later has no name");
    if (replaced_ != 0)
        notes.push_back("code made at run time was replaced at " + std::to_string(replaced_) +
                        " of the sampled places; their samples are charged to the function that was there last");
    return notes;
}

}  // namespace pyprof::gather
