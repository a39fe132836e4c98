#pragma once
// A list that is our own or lies in a file that is mapped into memory. The first change makes it our own.
#include <cstddef>
#include <initializer_list>
#include <span>
#include <utility>
#include <vector>

namespace pyprof::symbols {

template <class T>
class List {
public:
    List() = default;
    List(std::vector<T> elements) : own_{std::move(elements)} {}
    List(std::initializer_list<T> elements) : own_{elements} {}

    // The elements must outlive the list and its copies.
    static List stored(std::span<const T> elements) {
        List list;
        list.stored_ = elements;
        list.is_stored_ = true;
        return list;
    }

    std::span<const T> all() const { return is_stored_ ? stored_ : std::span<const T>{own_}; }
    operator std::span<const T>() const { return all(); }
    std::size_t size() const { return all().size(); }
    bool empty() const { return all().empty(); }
    const T& operator[](std::size_t i) const { return all()[i]; }

    // The elements from `begin` to `end`, as far as there are any.
    std::span<const T> slice(std::size_t begin, std::size_t end) const {
        const std::span<const T> elements = all().first(end < size() ? end : size());
        return elements.subspan(begin < elements.size() ? begin : elements.size());
    }

    // To change them.
    std::vector<T>& own() {
        if (is_stored_) own_.assign(stored_.begin(), stored_.end());
        is_stored_ = false;
        return own_;
    }

private:
    std::span<const T> stored_;
    std::vector<T> own_;
    bool is_stored_ = false;
};

}  // namespace pyprof::symbols
