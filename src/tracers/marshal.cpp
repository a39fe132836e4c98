#include "tracers/marshal.h"

#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pyprof::tracers {
namespace {

using Index = Document::Index;

constexpr std::uint8_t reference_flag = 0x80;
constexpr Index unfinished = std::numeric_limits<Index>::max();

// Reads one value after the other; the first fault ends it, and every later read gives nothing.
class Reader {
public:
    explicit Reader(std::span<const std::byte> bytes) : bytes_{bytes} {}

    Result<Document> document() {
        const std::optional<Index> root = value(0);
        if (!root) return Error{fault_.empty() ? "byte 0: holds no value" : fault_};
        document_.root = *root;
        return std::move(document_);
    }

private:
    std::nullopt_t fail(const std::string& what) {
        if (fault_.empty()) fault_ = "byte " + std::to_string(at_) + ": " + what;
        at_ = bytes_.size();
        return std::nullopt;
    }

    std::size_t left() const { return bytes_.size() - at_; }

    template <class Number>
    std::optional<Number> number() {
        Number result{};
        if (left() < sizeof result) return fail("ends in the middle of a value");
        std::memcpy(&result, bytes_.data() + at_, sizeof result);
        at_ += sizeof result;
        return result;
    }

    // A value; nothing at the end of a dictionary, where there is no fault.
    std::optional<Index> value(std::size_t depth) {
        const auto code = number<std::uint8_t>();
        if (!code) return std::nullopt;
        if (depth == deepest_marshal) return fail("values nest too deeply");
        const char type = static_cast<char>(*code & ~reference_flag);
        if (type == '0') return std::nullopt;
        if (type == 'r') return reference();
        const bool is_shared = (*code & reference_flag) != 0;
        const std::size_t place = shared_.size();
        if (is_shared) shared_.push_back(unfinished);
        const std::optional<Index> result = value_of(type, depth);
        if (is_shared && result) shared_[place] = *result;
        return result;
    }

    std::optional<Index> reference() {
        const auto place = number<std::uint32_t>();
        if (!place) return std::nullopt;
        if (*place >= shared_.size()) return fail("refers to a value that is not there");
        if (shared_[*place] == unfinished) return fail("a value contains itself");
        return shared_[*place];
    }

    std::optional<Index> value_of(char type, std::size_t depth) {
        switch (type) {
            case 'N':
                return document_.add(Value{});
            case 'F':
            case 'T':
                return document_.add(Value{.kind = Kind::boolean, .integer = type == 'T'});
            case 'i':
                return integer(number<std::int32_t>());
            case 'l':
                return integer(long_integer());
            case 'g':
                return real();
            case 'z':
            case 'Z':
                return text(number<std::uint8_t>());
            case 'a':
            case 'A':
            case 'u':
            case 't':
                return text(number<std::uint32_t>());
            case ')':
                return sequence(number<std::uint8_t>(), depth);
            case '(':
            case '[':
                return sequence(number<std::uint32_t>(), depth);
            case '{':
                return dictionary(depth);
            case 's':
            case 'R':
            case 'I':
                return fail("was written by Python 2");
            case 'c':
                return fail("holds code, as files of the module profile do; cProfile writes none");
            default:
                return fail("holds something else than numbers, texts, tuples and dictionaries");
        }
    }

    template <class Number>
    std::optional<Index> integer(std::optional<Number> number) {
        if (!number) return std::nullopt;
        return document_.add(Value{.kind = Kind::integer, .integer = *number});
    }

    // Digits of 15 bits, the least significant first; the sign is that of their number.
    std::optional<std::int64_t> long_integer() {
        constexpr int most_digits = 4;  // of what fits 64 bits for sure
        const auto count = number<std::int32_t>();
        if (!count) return std::nullopt;
        if (*count > most_digits || *count < -most_digits) return fail("holds a number beyond 60 bits");
        std::int64_t result = 0;
        for (int i = 0; i < (*count < 0 ? -*count : *count); i++) {
            const auto digit = number<std::uint16_t>();
            if (!digit) return std::nullopt;
            if (*digit >> 15 != 0) return fail("holds a damaged number");
            result |= static_cast<std::int64_t>(*digit) << (15 * i);
        }
        return *count < 0 ? -result : result;
    }

    std::optional<Index> real() {
        const auto bits = number<std::uint64_t>();
        if (!bits) return std::nullopt;
        return document_.add(Value{.kind = Kind::real, .real = std::bit_cast<double>(*bits)});
    }

    template <class Number>
    std::optional<Index> text(std::optional<Number> length) {
        if (!length) return std::nullopt;
        if (*length > left()) return fail("ends in the middle of a text");
        const std::string_view view{reinterpret_cast<const char*>(bytes_.data()) + at_, *length};
        at_ += *length;
        return document_.add(Value{.kind = Kind::text, .text = view});
    }

    template <class Number>
    std::optional<Index> sequence(std::optional<Number> count, std::size_t depth) {
        if (!count) return std::nullopt;
        if (*count > left()) return fail("ends in the middle of a tuple");
        std::vector<Index> children;
        for (Number i = 0; i < *count; i++) {
            const std::optional<Index> child = value(depth + 1);
            if (!child) return fail("a tuple lacks a value");
            children.push_back(*child);
        }
        return document_.add(Kind::sequence, children);
    }

    std::optional<Index> dictionary(std::size_t depth) {
        std::vector<Index> children;
        while (const std::optional<Index> key = value(depth + 1)) {
            const std::optional<Index> child = value(depth + 1);
            if (!child) return fail("a dictionary lacks a value");
            children.insert(children.end(), {*key, *child});
        }
        if (!fault_.empty()) return std::nullopt;
        return document_.add(Kind::dictionary, children);
    }

    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
    Document document_;
    std::vector<Index> shared_;  // what later references mean, in the order of their flags
    std::string fault_;
};

}  // namespace

Result<Document> read_marshal(std::span<const std::byte> bytes) {
    if (bytes.size() > most_marshal_bytes) return Error{"is larger than any file of statistics"};
    return Reader{bytes}.document();
}

}  // namespace pyprof::tracers
