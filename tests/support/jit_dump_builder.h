#pragma once
// jitdump files made by hand.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pyprof::test_support {

class JitDumpBuilder {
public:
    struct Line {
        std::uint64_t address;
        std::uint32_t line;
        std::string_view file;  // "\xff": the one before
    };

    explicit JitDumpBuilder(std::int32_t pid, std::uint32_t pad = 0) {
        put<std::uint32_t>(0x4A695444);
        for (const std::uint32_t word : {1U, 40U, 62U, pad, static_cast<std::uint32_t>(pid)}) put(word);
        put<std::uint64_t>(0);
        put<std::uint64_t>(0);
    }

    JitDumpBuilder& load(std::uint64_t begin, std::uint64_t bytes, std::uint64_t number, std::string_view name) {
        head(0, 40 + name.size() + 1 + bytes);
        put<std::uint64_t>(0);  // process and thread
        for (const std::uint64_t word : {begin, begin, bytes, number}) put(word);
        text(name);
        bytes_.append(bytes, '\x90');
        return *this;
    }
    JitDumpBuilder& move(std::uint64_t from, std::uint64_t to, std::uint64_t bytes, std::uint64_t number) {
        head(1, 48);
        put<std::uint64_t>(0);
        for (const std::uint64_t word : {to, from, to, bytes, number}) put(word);
        return *this;
    }
    JitDumpBuilder& lines(std::uint64_t begin, const std::vector<Line>& lines) {
        std::size_t bytes = 16;
        for (const Line& line : lines) bytes += 17 + line.file.size();
        head(2, bytes);
        put(begin);
        put<std::uint64_t>(lines.size());
        for (const Line& line : lines) {
            put(line.address);
            put(line.line);
            put<std::uint32_t>(0);
            text(line.file);
        }
        return *this;
    }
    JitDumpBuilder& record(std::uint32_t kind, std::string_view content) {
        head(kind, content.size());
        bytes_.append(content);
        return *this;
    }
    const std::string& bytes() const { return bytes_; }

private:
    template <class T>
    void put(T value) {
        bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void text(std::string_view value) { bytes_.append(value).push_back('\0'); }
    void head(std::uint32_t kind, std::size_t bytes) {
        put(kind);
        put(static_cast<std::uint32_t>(16 + bytes));
        put<std::uint64_t>(0);
    }

    std::string bytes_;
};

}  // namespace pyprof::test_support
