#include "tracers/pickle.h"

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace pyprof::tracers {
namespace {

using Index = Document::Index;

// Opcodes by their letters in Lib/pickletools.py.
enum Opcode : std::uint8_t {
    mark = '(',
    stop = '.',
    none = 'N',
    new_true = 0x88,
    new_false = 0x89,
    binint = 'J',
    binint1 = 'K',
    binint2 = 'M',
    long1 = 0x8a,
    binfloat = 'G',
    binunicode = 'X',
    short_binunicode = 0x8c,
    empty_list = ']',
    append = 'a',
    appends = 'e',
    empty_tuple = ')',
    tuple = 't',
    tuple1 = 0x85,
    tuple2 = 0x86,
    tuple3 = 0x87,
    empty_dict = '}',
    setitem = 's',
    setitems = 'u',
    global = 'c',
    stack_global = 0x93,
    newobj = 0x81,
    build = 'b',
    memoize = 0x94,
    binput = 'q',
    long_binput = 'r',
    binget = 'h',
    long_binget = 'j',
    proto = 0x80,
    frame = 0x95,
};

// A value whose children may still come.
struct Node {
    Value value{};
    std::vector<Index> children{};
};

// The machine of the format: a stack of values, marks in it, and values remembered by number.
class Machine {
public:
    explicit Machine(std::span<const std::byte> bytes) : bytes_{bytes} {}

    Result<Document> document() {
        while (fault_.empty() && !stopped_) step();
        if (!fault_.empty()) return Error{fault_};
        const std::optional<Index> root = stack_.size() == 1 ? copy(stack_.back(), 0) : fail("ends with no value");
        if (!root) return Error{fault_};
        document_.root = *root;
        return std::move(document_);
    }

private:
    std::nullopt_t fail(const std::string& what) {
        if (fault_.empty()) fault_ = "byte " + std::to_string(at_) + ": " + what;
        return std::nullopt;
    }

    template <class Number>
    Number number() {
        Number result{};
        if (bytes_.size() - at_ < sizeof result) {
            fail("ends in the middle of a value");
            return result;
        }
        std::memcpy(&result, bytes_.data() + at_, sizeof result);
        at_ += sizeof result;
        return result;
    }

    std::string_view text(std::size_t length) {
        if (length > bytes_.size() - at_) {
            fail("ends in the middle of a text");
            return {};
        }
        const std::string_view view{reinterpret_cast<const char*>(bytes_.data()) + at_, length};
        at_ += length;
        return view;
    }

    std::string_view line() {
        const std::string_view rest{reinterpret_cast<const char*>(bytes_.data()) + at_, bytes_.size() - at_};
        const std::string_view found =
            text(rest.find('\n') == std::string_view::npos ? rest.size() + 1 : rest.find('\n'));
        at_ += fault_.empty() ? 1 : 0;
        return found;
    }

    void push(Node node) {
        stack_.push_back(static_cast<Index>(nodes_.size()));
        nodes_.push_back(std::move(node));
    }
    void push(const Value& value) { push(Node{value, {}}); }

    // The last `count` values, taken from the stack; fewer with a fault.
    std::vector<Index> take(std::size_t count) {
        const std::size_t floor = marks_.empty() ? 0 : marks_.back();
        if (stack_.size() - floor < count) {
            fail("takes values that are not there");
            return {};
        }
        const std::vector<Index> taken{stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end()};
        stack_.resize(stack_.size() - count);
        return taken;
    }
    std::vector<Index> take_to_mark() {
        if (marks_.empty()) {
            fail("lacks a mark");
            return {};
        }
        const std::size_t floor = marks_.back();
        std::vector<Index> taken = take(stack_.size() - floor);
        marks_.pop_back();
        return taken;
    }

    // To the container that is last on the stack.
    void extend(Kind kind, const std::vector<Index>& children) {
        const std::size_t floor = marks_.empty() ? 0 : marks_.back();
        if (!fault_.empty()) return;
        if (stack_.size() <= floor || nodes_[stack_.back()].value.kind != kind ||
            (kind == Kind::dictionary && children.size() % 2 != 0)) {
            fail("adds to what holds no such values");
            return;
        }
        std::vector<Index>& all = nodes_[stack_.back()].children;
        all.insert(all.end(), children.begin(), children.end());
    }

    void remember(std::uint32_t place) {
        if (stack_.empty()) {
            fail("remembers nothing");
            return;
        }
        memo_[place] = stack_.back();
    }
    void recall(std::uint32_t place) {
        const auto known = memo_.find(place);
        if (known == memo_.end()) {
            fail("refers to a value that is not there");
            return;
        }
        stack_.push_back(known->second);
    }

    void make_tuple(std::vector<Index> children) { push(Node{Value{.kind = Kind::sequence}, std::move(children)}); }

    void step() {
        const auto code = number<std::uint8_t>();
        if (!fault_.empty()) return;
        if (!step_scalar(code) && !step_container(code) && !step_memo(code) && !step_object(code))
            fail("does more than an object of plain values needs");
    }

    bool step_scalar(std::uint8_t code) {
        switch (code) {
            case none:
                return push(Value{}), true;
            case new_true:
            case new_false:
                return push(Value{.kind = Kind::boolean, .integer = code == new_true}), true;
            case binint:
                return push(Value{.kind = Kind::integer, .integer = number<std::int32_t>()}), true;
            case binint1:
                return push(Value{.kind = Kind::integer, .integer = number<std::uint8_t>()}), true;
            case binint2:
                return push(Value{.kind = Kind::integer, .integer = number<std::uint16_t>()}), true;
            case long1:
                return push(Value{.kind = Kind::integer, .integer = long_integer()}), true;
            case binfloat:  // the most significant byte first
                return push(Value{.kind = Kind::real,
                                  .real = std::bit_cast<double>(__builtin_bswap64(number<std::uint64_t>()))}),
                       true;
            case short_binunicode:
                return push(Value{.kind = Kind::text, .text = text(number<std::uint8_t>())}), true;
            case binunicode:
                return push(Value{.kind = Kind::text, .text = text(number<std::uint32_t>())}), true;
            default:
                return false;
        }
    }

    // Two's complement, the least significant byte first.
    std::int64_t long_integer() {
        const std::string_view digits = text(number<std::uint8_t>());
        if (digits.empty()) return 0;
        if (digits.size() > sizeof(std::int64_t)) {
            fail("holds a number beyond 64 bits");
            return 0;
        }
        std::int64_t result = (digits.back() & 0x80) != 0 ? -1 : 0;
        std::memcpy(&result, digits.data(), digits.size());
        return result;
    }

    bool step_container(std::uint8_t code) {
        switch (code) {
            case mark:
                return marks_.push_back(stack_.size()), true;
            case empty_list:
            case empty_tuple:
                return push(Value{.kind = Kind::sequence}), true;
            case empty_dict:
                return push(Value{.kind = Kind::dictionary}), true;
            case tuple1:
            case tuple2:
            case tuple3:
                return make_tuple(take(static_cast<std::size_t>(code - tuple1) + 1)), true;
            case tuple:
                return make_tuple(take_to_mark()), true;
            case append:
                return extend(Kind::sequence, take(1)), true;
            case appends:
                return extend(Kind::sequence, take_to_mark()), true;
            case setitem:
                return extend(Kind::dictionary, take(2)), true;
            case setitems:
                return extend(Kind::dictionary, take_to_mark()), true;
            default:
                return false;
        }
    }

    bool step_memo(std::uint8_t code) {
        switch (code) {
            case memoize:
                return remember(static_cast<std::uint32_t>(memo_.size())), true;
            case binput:
                return remember(number<std::uint8_t>()), true;
            case long_binput:
                return remember(number<std::uint32_t>()), true;
            case binget:
                return recall(number<std::uint8_t>()), true;
            case long_binget:
                return recall(number<std::uint32_t>()), true;
            default:
                return false;
        }
    }

    bool step_object(std::uint8_t code) {
        switch (code) {
            case proto:
                return number<std::uint8_t>(), true;
            case frame:
                return number<std::uint64_t>(), true;
            case global:
                line();
                return push(Value{.kind = Kind::text, .text = line()}), true;
            case stack_global: {
                const std::vector<Index> names = take(2);
                if (fault_.empty()) stack_.push_back(names[1]);
                return true;
            }
            case newobj: {  // of a class without arguments
                const std::vector<Index> parts = take(2);
                if (fault_.empty()) make_tuple({parts[0]});
                return true;
            }
            case build:
                return extend(Kind::sequence, take(1)), true;
            case stop:
                return stopped_ = true;
            default:
                return false;
        }
    }

    // The finished value as one of the document.
    std::optional<Index> copy(Index index, std::size_t depth) {
        const auto [place, is_new] = copies_.try_emplace(index, std::nullopt);
        if (!is_new) return place->second ? place->second : fail("a value contains itself");
        if (depth == deepest_pickle) return fail("values nest too deeply");
        std::vector<Index> children;
        for (const Index child : nodes_[index].children) {
            const std::optional<Index> copied = copy(child, depth + 1);
            if (!copied) return std::nullopt;
            children.push_back(*copied);
        }
        const Value& value = nodes_[index].value;
        const bool is_container = value.kind == Kind::sequence || value.kind == Kind::dictionary;
        const Index made = is_container ? document_.add(value.kind, children) : document_.add(value);
        copies_[index] = made;
        return made;
    }

    std::span<const std::byte> bytes_;
    std::size_t at_ = 0;
    std::string fault_;
    bool stopped_ = false;
    std::vector<Node> nodes_;
    std::vector<Index> stack_;
    std::vector<std::size_t> marks_;
    std::unordered_map<std::uint32_t, Index> memo_;
    std::unordered_map<Index, std::optional<Index>> copies_;
    Document document_;
};

}  // namespace

bool is_pickle(std::span<const std::byte> bytes) {
    return bytes.size() > 2 && bytes[0] == std::byte{proto} && bytes[1] >= std::byte{2} && bytes[1] <= std::byte{5};
}

Result<Document> read_pickle(std::span<const std::byte> bytes) {
    if (!is_pickle(bytes)) return Error{"byte 0: is no pickle of protocol 2 to 5"};
    if (bytes.size() > most_pickle_bytes) return Error{"is larger than any file of statistics"};
    return Machine{bytes}.document();
}

}  // namespace pyprof::tracers
