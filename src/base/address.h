#pragma once
// Places in a process, with types that do not mix. Usable on the signal side.
#include <compare>
#include <cstdint>

namespace pyprof {

// A place in the memory of the measured process; not a pointer of ours.
class Address {
public:
    constexpr Address() = default;
    constexpr explicit Address(std::uint64_t value) : value_{value} {}
    constexpr std::uint64_t value() const { return value_; }
    constexpr Address operator+(std::uint64_t bytes) const { return Address{value_ + bytes}; }
    constexpr Address operator-(std::uint64_t bytes) const { return Address{value_ - bytes}; }
    constexpr std::uint64_t operator-(Address other) const { return value_ - other.value_; }
    friend constexpr auto operator<=>(Address, Address) = default;

private:
    std::uint64_t value_ = 0;
};

struct AddressRange {
    Address begin;
    Address end;  // one past the last
    constexpr bool contains(Address a) const { return begin <= a && a < end; }
};

// A place in code, with the off-by-one of return addresses in its type: an instruction pointer was interrupted
// there; a return address is where a call will come back, so the call itself lies one byte before.
class CodeAddress {
public:
    static constexpr CodeAddress instruction_pointer(Address a) { return CodeAddress{a, false}; }
    static constexpr CodeAddress return_address(Address a) { return CodeAddress{a, true}; }
    constexpr Address address() const { return address_; }
    constexpr bool is_return_address() const { return is_return_; }
    // The address to use in symbol, line and unwind tables.
    constexpr Address for_lookup() const { return is_return_ ? address_ - 1 : address_; }

private:
    constexpr CodeAddress(Address a, bool is_return) : address_{a}, is_return_{is_return} {}
    Address address_;
    bool is_return_ = false;
};

// A place in a module's file-backed image: address minus the module's load bias (the ELF st_value space).
class ModuleOffset {
public:
    constexpr ModuleOffset() = default;
    constexpr explicit ModuleOffset(std::uint64_t value) : value_{value} {}
    constexpr std::uint64_t value() const { return value_; }
    friend constexpr auto operator<=>(ModuleOffset, ModuleOffset) = default;

private:
    std::uint64_t value_ = 0;
};

}  // namespace pyprof
