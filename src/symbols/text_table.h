#pragma once
// Strings kept once each in one block, referred to by number, so that an index is plain data.
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pyprof::symbols {

// A string of a TextTable: its offset in the block. 0 is the empty string.
using Text = std::uint32_t;

class TextTable {
public:
    // `stored` must begin and end with a NUL, see usable(), and outlive the table.
    explicit TextTable(std::string_view stored = {"", 1}) : stored_{stored} {}
    static bool usable(std::string_view stored) {
        return !stored.empty() && stored.front() == '\0' && stored.back() == '\0' && stored.size() < UINT32_MAX;
    }

    // The number of `text`, which is cut at its first NUL. Returns 0 once the table is full (4 GiB).
    Text add(std::string_view text) {
        text = text.substr(0, text.find('\0'));
        if (text.empty() || size() + text.size() + 1 >= UINT32_MAX) return 0;
        const auto [entry, is_new] = known_.try_emplace(std::string{text}, static_cast<Text>(size()));
        if (is_new) added_.append(text).push_back('\0');
        return entry->second;
    }

    // Valid until the next add(). A number that is not of this table gives the empty string or the tail of one.
    std::string_view operator[](Text text) const {
        if (text < stored_.size()) return {stored_.data() + text};
        return text < size() ? std::string_view{added_.data() + (text - stored_.size())} : std::string_view{};
    }

    // All of it, to be stored.
    std::string block() const { return std::string{stored_} + added_; }

private:
    std::size_t size() const { return stored_.size() + added_.size(); }

    std::string_view stored_;
    std::string added_;
    std::unordered_map<std::string, Text> known_;  // what was added
};

}  // namespace pyprof::symbols
