#include "cli/environment.h"

#include <algorithm>

namespace pyprof::cli {
namespace {

bool names(const std::string& entry, std::string_view name) {
    return entry.size() > name.size() && entry[name.size()] == '=' && entry.compare(0, name.size(), name) == 0;
}

}  // namespace

Environment::Environment(const char* const* block) {
    for (; block != nullptr && *block != nullptr; ++block) entries_.emplace_back(*block);
}

std::vector<std::string>::iterator Environment::find(std::string_view name) {
    return std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return names(entry, name); });
}

std::string Environment::get(std::string_view name) const {
    for (const auto& entry : entries_) {
        if (names(entry, name)) return entry.substr(name.size() + 1);
    }
    return {};
}

void Environment::set(std::string_view name, std::string_view value) {
    auto entry = std::string{name}.append("=").append(value);
    const auto found = find(name);
    if (found != entries_.end()) {
        *found = std::move(entry);
    } else {
        entries_.push_back(std::move(entry));
    }
}

void Environment::unset(std::string_view name) {
    std::erase_if(entries_, [&](const auto& entry) { return names(entry, name); });
}

std::vector<char*> Environment::block() {
    std::vector<char*> pointers;
    pointers.reserve(entries_.size() + 1);
    for (auto& entry : entries_) pointers.push_back(entry.data());
    pointers.push_back(nullptr);
    return pointers;
}

}  // namespace pyprof::cli
