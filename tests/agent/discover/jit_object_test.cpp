#include "agent/discover/jit_object.h"

#include <cstring>
#include <elf.h>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "tests/support/catch.h"

using namespace pyprof;
using discover::JitObject;

namespace {

constexpr std::uint64_t code_address = 0x7f0000001000;

// The object file of jit_sample.c, as if its code had been loaded.
std::vector<char> loaded_sample() {
    std::ifstream file{PYPROF_TEST_JIT_OBJECT, std::ios::binary};
    std::vector<char> bytes{std::istreambuf_iterator<char>{file}, {}};
    Elf64_Ehdr header;
    REQUIRE(bytes.size() > sizeof header);
    std::memcpy(&header, bytes.data(), sizeof header);
    for (unsigned i = 0; i < header.e_shnum; ++i) {
        char* const at = bytes.data() + header.e_shoff + i * sizeof(Elf64_Shdr);
        Elf64_Shdr section;
        std::memcpy(&section, at, sizeof section);
        if ((section.sh_flags & SHF_EXECINSTR) != 0) section.sh_addr = code_address;
        std::memcpy(at, &section, sizeof section);
    }
    return bytes;
}

// A record in memory, padded as the agent has it.
std::vector<std::uint64_t> record_of(const std::vector<char>& bytes) {
    const JitObject object{std::as_bytes(std::span{bytes})};
    std::vector<std::uint64_t> record(object.record_bytes() / 8);
    if (!record.empty()) object.write(*reinterpret_cast<wire::JitRecord*>(record.data()));
    return record;
}

}  // namespace

TEST_CASE("an object in memory tells its functions, also local ones") {
    const std::vector<std::uint64_t> bytes = record_of(loaded_sample());
    REQUIRE(bytes.size() * 8 > sizeof(wire::JitRecord));
    const auto& record = *reinterpret_cast<const wire::JitRecord*>(bytes.data());
    const auto* functions = reinterpret_cast<const wire::JitFunction*>(&record + 1);
    const char* names = reinterpret_cast<const char*>(functions + record.function_count);
    std::map<std::string, wire::JitFunction> by_name;
    for (std::uint32_t i = 0; i < record.function_count; ++i) {
        by_name[std::string(names, functions[i].name_bytes)] = functions[i];
        names += functions[i].name_bytes;
    }
    CHECK(by_name.size() == 3);
    CHECK(by_name.count("hidden") == 1);
    CHECK(record.begin == code_address);
    CHECK(by_name["jit_sample_first"].offset == 0);
    const wire::JitFunction second = by_name["jit_sample_second"];
    CHECK(record.end == code_address + second.offset + second.bytes);
}

TEST_CASE("its lines are relocated to count from the first function") {
    const std::vector<std::uint64_t> bytes = record_of(loaded_sample());
    REQUIRE(bytes.size() * 8 > sizeof(wire::JitRecord));
    const auto& record = *reinterpret_cast<const wire::JitRecord*>(bytes.data());
    CHECK(record.line_bytes > 0);
    // The only address in the table is that of the first function: an extended operation of 9 bytes, number 2.
    const std::string lines(reinterpret_cast<const char*>(bytes.data()) + sizeof record +
                                record.function_count * sizeof(wire::JitFunction) + record.name_bytes,
                            record.line_bytes);
    const std::size_t at = lines.find(std::string{"\0\x09\x02", 3});
    REQUIRE(at != std::string::npos);
    CHECK(lines.substr(at + 3, 8) == std::string(8, '\0'));
}

TEST_CASE("an object whose code is not loaded tells nothing") {
    std::vector<char> bytes = loaded_sample();
    Elf64_Ehdr header;
    std::memcpy(&header, bytes.data(), sizeof header);
    for (unsigned i = 0; i < header.e_shnum; ++i)
        std::memset(bytes.data() + header.e_shoff + i * sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, sh_addr), 0, 8);
    CHECK(record_of(bytes).empty());
}

TEST_CASE("an object cut or damaged anywhere does no harm") {
    const std::vector<char> whole = loaded_sample();
    for (std::size_t size = 0; size < whole.size(); size += 7)
        record_of({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    std::vector<char> damaged = whole;
    for (std::size_t at = 0; at < whole.size(); ++at) {
        damaged[at] = static_cast<char>(~whole[at]);
        record_of(damaged);
        damaged[at] = whole[at];
    }
    CHECK_FALSE(record_of(whole).empty());
}
