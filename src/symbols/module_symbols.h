#pragma once
// Names for the code of one module: the one class that the rest of pyprof asks.
//
// Order of the sources: .symtab of the file, else of its debug file, else .dynsym, each for exactly the bytes a symbol
// covers; stubs for calls to other libraries; lines and inlined calls by DWARF; code that no symbol covers is named by
// the function's range in .eh_frame, "libfoo.so!0x1234" with the offset of the function's start.
//
// One thread at a time per object; different objects are independent.
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/address.h"
#include "symbols/cache.h"
#include "symbols/dwarf_reader.h"
#include "symbols/elf_file.h"
#include "symbols/module_index.h"

namespace pyprof::symbols {

struct Options {
    std::vector<std::string> debug_roots{"/usr/lib/debug"};
    bool debuginfod = false;   // ask servers for debug files that this machine has not
    std::string cache_folder;  // empty: no cache; see default_cache_folder()
};

enum class NamedBy : std::uint8_t {
    symbol,   // a symbol or debugging information
    range,    // .eh_frame gives the function's start: always the same name for the same function
    nothing,  // neither; `name` stands for the stretch of code between its named neighbours
};

struct Function {
    std::string name;              // simplified and qualified, or "libfoo.so!0x1234"
    std::string linkage_name;      // empty unless named by a symbol
    std::string file;              // of the lines of its frames; empty if unknown
    std::uint32_t first_line = 0;  // 0: unknown, or in another file than `file`
    NamedBy named_by = NamedBy::nothing;
};

struct Frame {
    std::uint32_t function = 0;  // of functions()
    std::uint32_t line = 0;      // in the function's file, 0: unknown
    bool inlined = false;        // into the next frame
};

class ModuleSymbols {
public:
    // `path` and `build_id` (lower-case hex, may be empty) are what was recorded. Never fails: what cannot be read is
    // not used and problem() says why. A file with another build id is not the one that ran.
    static std::unique_ptr<ModuleSymbols> open(std::string path, std::string build_id, Options options);

    // Says what lookup() will be asked, if all of it is known: a large library is then read by several threads.
    void read_ahead(std::span<const ModuleOffset> offsets);

    // The calls that the code at `offset` belongs to, innermost first, never none. For a return address, give the
    // offset of the byte before it. Two numbers may stand for equal functions (inlined and on its own).
    void lookup(ModuleOffset offset, std::vector<Frame>& frames);

    const std::vector<Function>& functions() const { return functions_; }

    // Where names come from: ".symtab", "debug file", ".dynsym", ".eh_frame" or "none".
    const char* names_from() const;

    // A sentence for the user if the module's file or its debugging information was of no use or is damaged, as far as
    // the lookups so far have seen; else empty.
    std::string problem() const;

    // Writes what was learnt to the cache, if there is one and anything new. Nothing of damaged files, so that the next
    // reader is told too.
    Status save();

    ModuleSymbols(const ModuleSymbols&) = delete;
    ModuleSymbols& operator=(const ModuleSymbols&) = delete;

private:
    // What makes two frames' functions the same.
    struct FunctionKey {
        Text symbol = 0;
        std::uint32_t source = no_index;  // of index_.lines.functions
        Text file = 0;                    // of the frame's line
        std::uint64_t begin = 0;          // of the range, if there is neither symbol nor source
        friend bool operator==(const FunctionKey&, const FunctionKey&) = default;
    };
    struct HashKey {
        std::size_t operator()(const FunctionKey& key) const;
    };

    ModuleSymbols(std::string path, std::string build_id, Options options);
    void open_files();
    void fetch_debug_file();
    std::string made_from() const;
    void build();
    const ElfFile* dwarf_file() const;
    bool is_damaged() const { return is_damaged_ahead_ || (reader_ && reader_->is_damaged()); }
    void read_units();
    const Unit* unit_at(std::uint64_t address);
    std::uint32_t function_for(const FunctionKey& key, NamedBy named_by);
    std::uint32_t outermost_function(std::uint64_t address, std::uint32_t source, Text file);
    Function describe(const FunctionKey& key, NamedBy named_by);
    void cut(std::string& name);
    Function describe_source(const FunctionKey& key);
    bool is_alias(Text symbol, const SourceFunction& source);
    std::string shown_name(Text linkage_name);
    void keep_shown_names();
    std::uint64_t gap_begin(std::uint64_t address) const;

    std::string path_;
    std::string build_id_;
    Options options_;
    std::string problem_;
    std::string not_fetched_;  // why debuginfod has no debug file
    std::string refused_;      // a debug file of another build
    bool has_cut_names_ = false;
    bool is_damaged_ahead_ = false;  // as read_ahead() saw
    std::optional<ElfFile> file_;
    std::optional<ElfFile> debug_file_;
    ModuleIndex index_;
    std::unordered_map<Text, Text> shown_;  // by linkage name: what index_.shown_names has not
    bool is_changed_ = false;               // since it was read from the cache
    std::unique_ptr<DwarfReader> reader_;   // made when the first unit is read
    std::vector<Function> functions_;
    std::unordered_map<FunctionKey, std::uint32_t, HashKey> function_numbers_;
};

}  // namespace pyprof::symbols
