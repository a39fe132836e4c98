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
    TextTable() : block_(1, '\0') {}

    // `block` must begin and end with a NUL; see usable().
    explicit TextTable(std::string block) : block_{std::move(block)} {}
    static bool usable(std::string_view block) {
        return !block.empty() && block.front() == '\0' && block.back() == '\0' && block.size() < UINT32_MAX;
    }

    // The number of `text`, which is cut at its first NUL. Returns 0 once the table is full (4 GiB).
    Text add(std::string_view text) {
        text = text.substr(0, text.find('\0'));
        if (text.empty() || block_.size() + text.size() + 1 >= UINT32_MAX) return 0;
        const auto [entry, is_new] = known_.try_emplace(std::string{text}, static_cast<Text>(block_.size()));
        if (is_new) block_.append(text).push_back('\0');
        return entry->second;
    }

    // Valid until the next add(). A number that is not of this table gives the empty string or the tail of one.
    std::string_view operator[](Text text) const {
        return text < block_.size() ? std::string_view{block_.data() + text} : std::string_view{};
    }

    const std::string& block() const { return block_; }

private:
    std::string block_;
    std::unordered_map<std::string, Text> known_;  // what was added since the table was made
};

}  // namespace pyprof::symbols
