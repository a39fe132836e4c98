#pragma once
// The values of a file that Python wrote (marshal, pickle): a graph without cycles, each value read once. Texts are
// views of the bytes that were read, which must outlive the document.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace pyprof::tracers {

enum class Kind : std::uint8_t { none, boolean, integer, real, text, sequence, dictionary };

struct Value {
    Kind kind = Kind::none;
    std::int64_t integer = 0;  // of a boolean 0 or 1
    double real = 0;
    std::string_view text{};             // as encoded, which should be UTF-8
    std::uint32_t first = 0, count = 0;  // children; of a dictionary keys and values by turns
};

class Document {
public:
    using Index = std::uint32_t;

    Index add(const Value& value);
    // A sequence or dictionary of values that were added before.
    Index add(Kind kind, std::span<const Index> children);

    const Value& at(Index index) const { return values_[index]; }
    std::span<const Index> children(Index index) const;
    const Value& child(Index index, std::size_t number) const { return at(children(index)[number]); }

    Index root = 0;

private:
    std::vector<Value> values_;
    std::vector<Index> children_;
};

}  // namespace pyprof::tracers
