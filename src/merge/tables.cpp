#include "merge/tables.h"

#include <vector>

namespace pyprof::merge {
namespace {

// Fields one after the other; texts end with a NUL, which they cannot contain.
std::string all_fields(const profile::Function& f) {
    std::string fields;
    for (const std::string* text : {&f.name, &f.system_name, &f.file}) fields.append(*text).push_back('\0');
    for (const std::uint32_t number : {f.first_line, f.module, static_cast<std::uint32_t>(f.domain)}) {
        fields.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
    fields.push_back(f.machinery ? 'm' : ' ');
    fields.push_back(f.named ? 'n' : ' ');
    return fields;
}

template <class Map, class Key, class T>
std::uint32_t find_or_add(Map& numbers, const Key& key, std::vector<T>& table, const T& entry) {
    const auto [found, is_new] = numbers.try_emplace(key, static_cast<std::uint32_t>(table.size()));
    if (is_new) table.push_back(entry);
    return found->second;
}

}  // namespace

std::size_t Tables::HashPair::operator()(const std::pair<std::uint64_t, std::uint64_t>& pair) const {
    const std::uint64_t hash = (pair.first * 0x9e3779b97f4a7c15 ^ pair.second) * 0xff51afd7ed558ccd;
    return hash ^ hash >> 32;
}

std::uint32_t Tables::function(const profile::Function& function) {
    return find_or_add(functions_, all_fields(function), profile_.functions, function);
}

std::uint32_t Tables::location(const profile::Location& location) {
    const std::uint64_t flags = (location.inlined ? 1U : 0U) | (location.guessed ? 2U : 0U);
    const std::pair key{std::uint64_t{location.function} << 32 | location.line, flags};
    return find_or_add(locations_, key, profile_.locations, location);
}

std::uint32_t Tables::context(const profile::Context& context) {
    const std::pair key{std::uint64_t{context.parent}, std::uint64_t{context.location}};
    return find_or_add(contexts_, key, profile_.contexts, context);
}

}  // namespace pyprof::merge
