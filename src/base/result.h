#pragma once
// Failure as a value, with the names of std::expected (which g++ 12 lacks in C++20).
// Not for the signal side: Error owns heap text.
#include <string>
#include <utility>
#include <variant>

namespace pyprof {

// What went wrong, said so that a user can act on it: it names the thing and the fix.
class [[nodiscard]] Error {
public:
    explicit Error(std::string message) : message_{std::move(message)} {}
    const std::string& message() const { return message_; }

private:
    std::string message_;
};

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_{std::in_place_index<0>, std::move(value)} {}      // NOLINT(google-explicit-constructor)
    Result(Error error) : state_{std::in_place_index<1>, std::move(error)} {}  // NOLINT(google-explicit-constructor)

    bool has_value() const { return state_.index() == 0; }
    explicit operator bool() const { return has_value(); }
    T& operator*() & { return std::get<0>(state_); }
    const T& operator*() const& { return std::get<0>(state_); }
    T&& operator*() && { return std::get<0>(std::move(state_)); }
    T* operator->() { return &std::get<0>(state_); }
    const T* operator->() const { return &std::get<0>(state_); }
    const Error& error() const { return std::get<1>(state_); }

private:
    std::variant<T, Error> state_;
};

// Success, or why not.
class [[nodiscard]] Status {
public:
    Status() = default;
    Status(Error error) : message_{error.message()}, failed_{true} {}  // NOLINT(google-explicit-constructor)
    explicit operator bool() const { return !failed_; }
    Error error() const { return Error{message_}; }

private:
    std::string message_;
    bool failed_ = false;
};

}  // namespace pyprof
