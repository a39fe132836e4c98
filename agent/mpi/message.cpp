#include "agent/mpi/message.h"

#include <cstring>
#include <span>

#include "gather/bytes.h"

namespace pyprof::mpi {
namespace {

void put_number(std::string& into, std::uint32_t number) {
    into.append(reinterpret_cast<const char*>(&number), sizeof number);  // ranks of a job have one byte order
}

// What is left to read. Every `take` fails once there is too little.
class Input {
public:
    explicit Input(const std::string& bytes) : rest_{bytes} {}

    std::optional<std::uint32_t> number() {
        const auto bytes = text(sizeof(std::uint32_t));
        if (!bytes) return std::nullopt;
        std::uint32_t value = 0;
        std::memcpy(&value, bytes->data(), sizeof value);
        return value;
    }

    std::optional<std::string_view> text(std::size_t size) {
        if (size > rest_.size()) return std::nullopt;
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }

    std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

}  // namespace

std::string write_message(const Contribution& contribution) {
    std::string bytes;
    put_number(bytes, static_cast<std::uint32_t>(contribution.recordings.size()));
    for (const auto& name : contribution.recordings) {
        put_number(bytes, static_cast<std::uint32_t>(name.size()));
        bytes += name;
    }
    return bytes + gather::serialise(contribution.tree);
}

std::optional<Contribution> read_message(const std::string& bytes) {
    Input input{bytes};
    const auto count = input.number();
    if (!count) return std::nullopt;
    Contribution contribution;
    for (std::uint32_t i = 0; i < *count; ++i) {
        const auto size = input.number();
        const auto name = size ? input.text(*size) : std::nullopt;
        if (!name) return std::nullopt;
        contribution.recordings.emplace_back(*name);
    }
    const std::span<const char> rest{input.rest()};
    auto tree = gather::parse(std::as_bytes(rest));
    if (!tree) return std::nullopt;
    contribution.tree = std::move(*tree);
    return contribution;
}

}  // namespace pyprof::mpi
