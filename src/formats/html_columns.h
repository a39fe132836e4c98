#pragma once
// Columns of numbers and texts as the data block of a page has them: docs/formats/html.md.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pyprof::formats {

// Texts by number, each once.
class Strings {
public:
    std::uint32_t number(const std::string& text) {
        const auto [found, is_new] = numbers_.emplace(text, static_cast<std::uint32_t>(list_.size()));
        if (is_new) list_.push_back(text);
        return found->second;
    }
    nlohmann::json list() const { return list_; }

private:
    std::unordered_map<std::string, std::uint32_t> numbers_;
    std::vector<std::string> list_;
};

// Named columns of 32-bit numbers, in the order in which they are added.
class Columns {
public:
    // One number, `row(entry)`, for every entry. The lowest bytes of all numbers come first, then the second ones, and
    // so on: most numbers are small, and runs of zeros compress a third better than zeros in threes.
    template <class Entries, class Row>
    void add(const std::string& name, const Entries& entries, Row row) {
        std::vector<std::uint32_t> numbers;
        numbers.reserve(entries.size());
        for (const auto& entry : entries) numbers.push_back(row(entry));
        for (int shift = 0; shift < 32; shift += 8) {
            for (const std::uint32_t number : numbers) bytes_ += static_cast<char>(number >> shift & 0xff);
        }
        index_.push_back({{"name", name}, {"length", numbers.size()}});
    }

    // Numbers of 64 bits as two columns, `name`_low and `name`_high.
    template <class Entries, class Row>
    void add_wide(const std::string& name, const Entries& entries, Row row) {
        add(name + "_low", entries, [&](const auto& entry) { return static_cast<std::uint32_t>(row(entry)); });
        add(name + "_high", entries, [&](const auto& entry) { return static_cast<std::uint32_t>(row(entry) >> 32); });
    }

    const nlohmann::json& index() const { return index_; }
    const std::string& bytes() const { return bytes_; }

private:
    nlohmann::json index_ = nlohmann::json::array();
    std::string bytes_;
};

}  // namespace pyprof::formats
