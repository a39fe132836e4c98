#include "gather/jit_dump.h"

#include <algorithm>
#include <cstdlib>
#include <dirent.h>
#include <limits>
#include <memory>
#include <set>

#include "gather/byte_cursor.h"
#include "gather/process_file.h"
#include "wire/decoder.h"

namespace pyprof::gather {
namespace {

constexpr std::size_t max_bytes = 64U << 20;
constexpr std::size_t max_name_bytes = 4096;
constexpr int max_sessions = 4096;

constexpr std::uint32_t magic = 0x4A695444;  // "JiTD"; other bytes first where the machine has another byte order
constexpr std::uint32_t record_head_bytes = 16;
constexpr std::string_view same_file = "\xff";

// V8 counts the addresses of lines from the start of the ELF file that `perf inject` will make of a function
// (src/diagnostics/perf-jit.cc), and marks the field that has no meaning.
constexpr std::uint32_t mark_of_v8 = 0xdeadbeef;
constexpr std::uint64_t elf_header_bytes = 0x40;

enum class RecordKind : std::uint32_t { load = 0, move = 1, debug_info = 2, close = 3, unwinding_info = 4 };

using Folders = std::set<std::string>;  // real paths: each once, however it is named

void add_folder(Folders& folders, const std::string& path) {
    const std::unique_ptr<char, void (*)(void*)> real{realpath(path.c_str(), nullptr), std::free};
    if (real != nullptr) folders.insert(real.get());
}

// The folders "BASE/.debug/jit/SESSION" of tools that make one for each session.
void add_sessions(Folders& folders, const std::string& base) {
    const std::string parent = base + "/.debug/jit";
    const std::unique_ptr<DIR, int (*)(DIR*)> entries{opendir(parent.c_str()), closedir};
    for (int i = 0; entries != nullptr && i < max_sessions; ++i) {
        const dirent* entry = readdir(entries.get());
        if (entry == nullptr) break;
        if (entry->d_name[0] != '.') add_folder(folders, parent + "/" + entry->d_name);
    }
}

Folders folders_of(const wire::RecordingHeader& header) {
    const std::string working_directory = wire::text_of(header.working_directory);
    Folders folders;
    add_folder(folders, "/tmp");
    add_folder(folders, working_directory);
    add_sessions(folders, working_directory);
    for (const char* variable : {"JITDUMPDIR", "HOME"})
        if (const char* base = std::getenv(variable)) add_sessions(folders, base);
    return folders;
}

}  // namespace

// One dump, record by record.
class JitDump::Reader {
public:
    Reader(std::string_view dump, JitDump& out) : in_{dump}, out_{out} {}

    // False if it is none of the process.
    bool read_header(std::int32_t pid) {
        const bool is_dump = in_.fixed<std::uint32_t>() == magic;
        in_.fixed<std::uint32_t>();  // version
        const auto bytes = in_.fixed<std::uint32_t>();
        in_.fixed<std::uint32_t>();  // machine: CPython 3.13 does not set it
        is_of_v8_ = in_.fixed<std::uint32_t>() == mark_of_v8;
        const bool is_of_process = in_.fixed<std::int32_t>() == pid;
        constexpr std::uint32_t read_so_far = 24;
        in_.take(bytes - std::min(bytes, read_so_far));
        return is_dump && is_of_process && !in_.failed();
    }

    // What is wrong with it.
    std::string read_records() {
        while (!in_.at_end()) {
            const auto kind = in_.fixed<RecordKind>();
            const auto bytes = in_.fixed<std::uint32_t>();
            in_.fixed<std::uint64_t>();  // time
            if (in_.failed()) return "ends within a record";
            if (bytes < record_head_bytes) return "has a record of an impossible size";
            ByteCursor record{in_.take(bytes - record_head_bytes)};
            if (in_.failed()) return "ends within a record";
            if (kind == RecordKind::close) break;
            read_record(kind, record);
        }
        return {};
    }

private:
    // A record whose contents do not fit into it is passed over.
    void read_record(RecordKind kind, ByteCursor& record) {
        if (kind == RecordKind::load) load(record);
        if (kind == RecordKind::move) move(record);
        if (kind == RecordKind::debug_info) lines(record);
    }

    void load(ByteCursor& record) {
        record.take(16);  // process, thread, and the address once more
        const auto begin = record.fixed<std::uint64_t>();
        const auto bytes = record.fixed<std::uint64_t>();
        const auto number = record.fixed<std::uint64_t>();
        const std::string_view name = record.text();
        if (record.failed()) return;
        const auto function = static_cast<std::uint32_t>(out_.functions_.size());
        out_.functions_.push_back({std::string{name.substr(0, max_name_bytes)}, lines_of(begin)});
        out_.ranges_.put(begin, bytes, function);
        by_number_[number] = function;
    }

    void move(ByteCursor& record) {
        record.take(24);  // process, thread, and two addresses before
        const auto begin = record.fixed<std::uint64_t>();
        const auto bytes = record.fixed<std::uint64_t>();
        const auto known = by_number_.find(record.fixed<std::uint64_t>());
        if (!record.failed() && known != by_number_.end()) out_.ranges_.put(begin, bytes, known->second);
    }

    // They come before their function.
    void lines(ByteCursor& record) {
        code_of_lines_ = record.fixed<std::uint64_t>();
        record.fixed<std::uint64_t>();  // how many
        const std::uint64_t origin = code_of_lines_ + (is_of_v8_ ? elf_header_bytes : 0);
        lines_.clear();
        for (std::optional<std::uint32_t> file; !record.at_end();) {
            const auto address = record.fixed<std::uint64_t>();
            const auto line = record.fixed<std::uint32_t>();
            record.fixed<std::uint32_t>();  // discriminator
            const std::string_view name = record.text();
            if (record.failed()) break;
            if (name != same_file) file = file_of(name);
            const bool fits = line <= std::numeric_limits<std::int32_t>::max();
            if (address >= origin && file) lines_.push_back({address - origin, *file, fits ? line : 0});
        }
    }

    std::vector<Line> lines_of(std::uint64_t begin) {
        std::vector<Line> lines;
        if (begin == code_of_lines_) lines.swap(lines_);
        std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.offset < b.offset; });
        return lines;
    }

    std::uint32_t file_of(std::string_view name) {
        name = name.substr(0, max_name_bytes);
        const auto [known, is_new] =
            files_.try_emplace(std::string{name}, static_cast<std::uint32_t>(out_.files_.size()));
        if (is_new) out_.files_.emplace_back(name);
        return known->second;
    }

    ByteCursor in_;
    JitDump& out_;
    bool is_of_v8_ = false;
    std::unordered_map<std::uint64_t, std::uint32_t> by_number_;  // functions
    std::unordered_map<std::string, std::uint32_t> files_;
    std::uint64_t code_of_lines_ = 0;
    std::vector<Line> lines_;
};

JitDump JitDump::of(const wire::RecordingHeader& header) {
    JitDump dump;
    for (const std::string& folder : folders_of(header)) {
        const std::string path = folder + "/jit-" + std::to_string(header.pid) + ".dump";
        const std::string content = content_of_process(path, header, max_bytes);
        if (content.empty()) continue;
        const std::string problem = dump.add(content, header.pid);
        if (!problem.empty()) dump.problems_.push_back(path + " " + problem);
    }
    return dump;
}

std::string JitDump::add(std::string_view dump, std::int32_t pid) {
    Reader reader{dump, *this};
    if (!reader.read_header(pid)) return "is no jitdump of the process";
    const std::string problem = reader.read_records();
    return dump.size() == max_bytes ? "is larger than 64 MiB" : problem;
}

std::optional<JitDump::Found> JitDump::find(std::uint64_t address) const {
    const std::optional<CodeRanges::Found> found = ranges_.at(address);
    if (!found) return std::nullopt;
    const Function& function = functions_[found->code];
    const auto next = std::upper_bound(function.lines.begin(), function.lines.end(), found->offset,
                                       [](std::uint64_t offset, const Line& line) { return offset < line.offset; });
    const Line* line = next == function.lines.begin() ? nullptr : &*(next - 1);
    return Found{{code_of(function, line), line == nullptr ? 0 : line->line}, found->replaced};
}

// Lines of another file are those of calls that the compiler put into the function.
Code JitDump::code_of(const Function& function, const Line* line) const {
    Code code;
    code.name = function.name;
    if (function.lines.empty()) return code;
    const Line& first = function.lines.front();
    code.file = files_[line == nullptr ? first.file : line->file];
    if (line == nullptr || line->file == first.file) code.first_line = static_cast<std::int32_t>(first.line);
    return code;
}

}  // namespace pyprof::gather
