#include "tracers/document.h"

namespace pyprof::tracers {

Document::Index Document::add(const Value& value) {
    values_.push_back(value);
    return static_cast<Index>(values_.size() - 1);
}

Document::Index Document::add(Kind kind, std::span<const Index> children) {
    Value value{.kind = kind};
    value.first = static_cast<std::uint32_t>(children_.size());
    value.count = static_cast<std::uint32_t>(children.size());
    children_.insert(children_.end(), children.begin(), children.end());
    return add(value);
}

std::span<const Document::Index> Document::children(Index index) const {
    return std::span{children_}.subspan(values_[index].first, values_[index].count);
}

}  // namespace pyprof::tracers
