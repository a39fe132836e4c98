#include "symbols/module_symbols.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <thread>

#include "symbols/debug_files.h"
#include "symbols/debuginfod.h"
#include "symbols/demangle.h"
#include "symbols/function_ranges.h"
#include "symbols/parallel_units.h"
#include "symbols/plt_stubs.h"

namespace pyprof::symbols {
namespace {

constexpr std::string_view deleted_suffix = " (deleted)";  // as /proc/self/maps marks an unlinked file
constexpr std::uint64_t page_bytes = 4096;
constexpr std::size_t longest_name = 4096;  // bytes; templates reach some hundreds

bool is_vdso(std::string_view path) { return path == "[vdso]" || path.starts_with("linux-vdso.so"); }

std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// How names of code without symbols begin: the file's name, for Python extensions without the interpreter's tag
// (PEP 3149): "_multiarray_umath", not "_multiarray_umath.cpython-311-x86_64-linux-gnu.so".
std::string_view label_of(std::string_view path) {
    const std::string_view name = base_name(path);
    return name.substr(0, std::min(name.find(".cpython-"), name.find(".abi3.so")));
}

// What Python calls the extension that a file may be.
std::string_view extension_of(std::string_view path) {
    const std::string_view name = base_name(path);
    return name.substr(0, name.find('.'));
}

}  // namespace

std::size_t ModuleSymbols::HashKey::operator()(const FunctionKey& key) const {
    std::uint64_t hash = key.begin;
    for (const std::uint64_t part : {key.symbol, key.source, key.file}) hash = (hash ^ part) * 0x9e3779b97f4a7c15;
    return hash ^ hash >> 32;
}

ModuleSymbols::ModuleSymbols(std::string path, std::string build_id, Options options)
    : path_{std::move(path)}, build_id_{std::move(build_id)}, options_{std::move(options)} {
    if (path_.ends_with(deleted_suffix)) path_.resize(path_.size() - deleted_suffix.size());
}

std::unique_ptr<ModuleSymbols> ModuleSymbols::open(std::string path, std::string build_id, Options options) {
    std::unique_ptr<ModuleSymbols> module{new ModuleSymbols{std::move(path), std::move(build_id), std::move(options)}};
    module->open_files();
    std::optional<ModuleIndex> cached =
        read_cache(module->options_.cache_folder, {module->build_id_, module->made_from()});
    if (cached) {
        module->index_ = std::move(*cached);
    } else {
        module->build();
    }
    if (module->index_.source != SymbolSource::none || module->file_) module->problem_.clear();
    return module;
}

void ModuleSymbols::open_files() {
    Result<ElfFile> file = is_vdso(path_) ? ElfFile::vdso() : ElfFile::open(path_);
    if (!file) {
        problem_ = fmt::format("no names for {}: {}", base_name(path_), file.error().message());
    } else if (!build_id_.empty() && file->build_id() != build_id_) {
        problem_ = fmt::format("no names for {}: the file changed since the run", path_);
    } else {
        build_id_ = file->build_id();
        file_ = std::move(*file);
    }
    const bool may_have = file_ || may_be_cached(build_id_);
    if (!may_have || (file_ && file_->section(".symtab") && file_->section(".debug_info"))) return;
    Result<ElfFile> debug = find_debug_file(file_ ? &*file_ : nullptr, build_id_, options_.debug_roots, &refused_);
    if (debug) debug_file_ = std::move(*debug);
    if (!debug_file_ && options_.debuginfod && may_be_cached(build_id_)) fetch_debug_file();
}

void ModuleSymbols::fetch_debug_file() {
    const Result<std::string> path = symbols::fetch_debug_file(build_id_);
    if (!path) {
        not_fetched_ = path.error().message();
        return;
    }
    if (path->empty()) return;
    Result<ElfFile> debug = ElfFile::open(*path);
    if (debug && debug->build_id() == build_id_) debug_file_ = std::move(*debug);
}

// Empty if the module's own file is gone: then any index of its build id is welcome.
std::string ModuleSymbols::made_from() const {
    if (!file_) return {};
    std::string text = fmt::format("{}", file_->size());
    if (debug_file_)
        text += fmt::format(" {} {} {}", debug_file_->path(), debug_file_->size(), debug_file_->modified_ns());
    return text;
}

void ModuleSymbols::build() {
    is_changed_ = true;
    std::vector<Segment> symbols;
    const auto use = [&](const std::optional<ElfFile>& file, std::uint32_t type, SymbolSource source) {
        if (!file || !symbols.empty()) return;
        symbols = read_symbols(*file, type, index_.texts);
        if (!symbols.empty()) index_.source = source;
    };
    use(file_, SHT_SYMTAB, SymbolSource::symtab);
    use(debug_file_, SHT_SYMTAB, SymbolSource::debug_file);
    use(file_, SHT_DYNSYM, SymbolSource::dynsym);

    std::vector<Interval> intervals;
    for (const Segment& symbol : symbols) intervals.push_back({symbol.begin, symbol.end, 2, symbol.value});
    if (file_) {
        index_.ranges = read_function_ranges(*file_);
        const std::vector<Interval> stubs = read_plt_stubs(*file_, index_.texts);
        intervals.insert(intervals.end(), stubs.begin(), stubs.end());
    }
    index_.symbols = flatten(intervals);
}

// Null if there is no DWARF.
const ElfFile* ModuleSymbols::dwarf_file() const {
    if (file_ && file_->dwarf() != nullptr) return &*file_;
    return debug_file_ && debug_file_->dwarf() != nullptr ? &*debug_file_ : nullptr;
}

void ModuleSymbols::read_units() {
    const ElfFile* holder = dwarf_file();
    if (holder != nullptr) {
        reader_ = std::make_unique<DwarfReader>(holder->dwarf(), file_ ? &*file_ : holder, index_.lines, index_.texts);
    }
    if (index_.units_known != 0) return;
    index_.units_known = 1;
    is_changed_ = true;
    if (reader_) reader_->read_units();
}

void ModuleSymbols::read_ahead(std::span<const ModuleOffset> offsets) {
    if (index_.units_known == 0) read_units();
    std::vector<std::uint32_t> units;
    for (const ModuleOffset offset : offsets) {
        const Segment* range = find_range<Segment>(index_.lines.unit_ranges, offset.value());
        const bool is_there = range != nullptr && range->value < index_.lines.units.size();
        if (is_there && index_.lines.units[range->value].is_read == 0) units.push_back(range->value);
    }
    std::ranges::sort(units);
    units.erase(std::unique(units.begin(), units.end()), units.end());
    const ElfFile* holder = units.empty() ? nullptr : dwarf_file();
    if (holder == nullptr) return;
    const ThreadRule rule{.most = std::max(std::thread::hardware_concurrency(), 1U)};  // a thread per processor
    const ReadAhead read = read_units_ahead(*holder, file_ ? &*file_ : holder, units, index_.lines, index_.texts, rule);
    is_changed_ = is_changed_ || read != ReadAhead::nothing;
    is_damaged_ahead_ = read == ReadAhead::damaged;
}

const Unit* ModuleSymbols::unit_at(std::uint64_t address) {
    if (index_.units_known == 0) read_units();
    const Segment* range = find_range<Segment>(index_.lines.unit_ranges, address);
    if (range == nullptr || range->value >= index_.lines.units.size()) return nullptr;
    if (index_.lines.units[range->value].is_read == 0) {
        if (!reader_) read_units();
        if (!reader_) return nullptr;
        reader_->read_unit(range->value);
        is_changed_ = true;
    }
    return &index_.lines.units[range->value];
}

void ModuleSymbols::lookup(ModuleOffset offset, std::vector<Frame>& frames) {
    const std::uint64_t address = offset.value();
    const Unit* unit = unit_at(address);
    const LineRow* row = unit == nullptr ? nullptr : index_.lines.row_at(*unit, address);
    const Scope* scope = unit == nullptr ? nullptr : index_.lines.scope_at(*unit, address);
    Text file = row == nullptr ? 0 : row->file;
    std::uint32_t line = row == nullptr ? 0 : row->line;
    std::uint32_t source = no_index;
    for (; scope != nullptr; scope = index_.lines.parent_of(*scope)) {
        source = scope->function;
        if (scope->parent == no_index) break;
        const std::uint32_t function = function_for({.source = source, .file = file}, NamedBy::symbol);
        frames.push_back({function, line, true});
        file = scope->call_file;
        line = scope->call_line;
    }
    frames.push_back({outermost_function(address, source, file), line, false});
}

std::uint32_t ModuleSymbols::outermost_function(std::uint64_t address, std::uint32_t source, Text file) {
    const Segment* symbol = find_range<Segment>(index_.symbols, address);
    if (symbol != nullptr || source != no_index) {
        return function_for({.symbol = symbol == nullptr ? 0 : symbol->value, .source = source, .file = file},
                            NamedBy::symbol);
    }
    if (const Segment* range = find_range<Segment>(index_.ranges, address)) {
        return function_for({.file = file, .begin = range->begin}, NamedBy::range);
    }
    return function_for({.file = file, .begin = gap_begin(address)}, NamedBy::nothing);
}

// Where the stretch of unnamed code around `address` begins: what names it, so that it is one function and not many.
std::uint64_t ModuleSymbols::gap_begin(std::uint64_t address) const {
    std::uint64_t begin = 0;
    const auto raise = [&](std::span<const Segment> segments) {
        const auto after = std::upper_bound(segments.begin(), segments.end(), address,
                                            [](std::uint64_t a, const Segment& segment) { return a < segment.begin; });
        if (after != segments.begin()) begin = std::max(begin, std::prev(after)->end);
    };
    raise(index_.symbols);
    raise(index_.ranges);
    if (file_) {
        for (const AddressRange& code : file_->code()) {
            if (code.contains(Address{address})) return std::max(begin, code.begin.value());
        }
    }
    return std::max(begin, address & ~(page_bytes - 1));
}

std::uint32_t ModuleSymbols::function_for(const FunctionKey& key, NamedBy named_by) {
    const auto [entry, is_new] = function_numbers_.try_emplace(key, static_cast<std::uint32_t>(functions_.size()));
    if (is_new) functions_.push_back(describe(key, named_by));
    return entry->second;
}

// Names end up in every list and page, and a damaged or generated file may have one of any length.
void ModuleSymbols::cut(std::string& name) {
    if (name.size() <= longest_name) return;
    name.resize(longest_name);
    has_cut_names_ = true;
}

Function ModuleSymbols::describe(const FunctionKey& key, NamedBy named_by) {
    Function function;
    if (named_by != NamedBy::symbol) {
        function.name = fmt::format("{}!{:#x}", label_of(path_), key.begin);
    } else if (key.source != no_index) {
        function = describe_source(key);
    } else {
        function.linkage_name = index_.texts[key.symbol];
        function.name = shown_name(key.symbol);
    }
    function.named_by = named_by;
    if (function.file.empty()) function.file = index_.texts[key.file];
    for (std::string* text : {&function.name, &function.linkage_name, &function.file}) cut(*text);
    return function;
}

// A function known to DWARF. Its symbol decides where both differ (an alias that users know: malloc, not
// __libc_malloc).
Function ModuleSymbols::describe_source(const FunctionKey& key) {
    const SourceFunction source = index_.lines.functions[key.source];
    const Text linkage_name = source.linkage_name == 0 ? source.name : source.linkage_name;
    Function function;
    if (is_alias(key.symbol, source)) {
        function.linkage_name = without_clone_suffix(index_.texts[key.symbol]);
        function.name = shown_name(key.symbol);
    } else {
        function.linkage_name = index_.texts[linkage_name];
        // These linkage names say more than the name; Fortran's "__mod_MOD_sub" is mod::sub in DWARF anyway.
        const bool is_mangled = function.linkage_name.starts_with("_Z") || function.linkage_name.starts_with("_R") ||
                                function.linkage_name.starts_with("__pyx_");
        function.name =
            is_mangled || source.name == 0 ? shown_name(linkage_name) : std::string{index_.texts[source.name]};
    }

    const std::string_view file = index_.texts[source.file];
    const std::string_view line_file = index_.texts[key.file];
    const bool same_file = line_file.empty() || base_name(file) == base_name(line_file);
    function.file = same_file ? file : line_file;
    function.first_line = same_file ? source.first_line : 0;
    return function;
}

// Names that read the same are no alias: constructors have several linkage names, static functions one in .symtab only.
bool ModuleSymbols::is_alias(Text symbol, const SourceFunction& source) {
    const std::string_view plain = without_clone_suffix(index_.texts[symbol]);
    if (plain.empty() || plain == index_.texts[source.linkage_name] || plain == index_.texts[source.name]) return false;
    return shown_name(symbol) != shown_name(source.linkage_name == 0 ? source.name : source.linkage_name);
}

std::string ModuleSymbols::shown_name(Text linkage_name) {
    const std::span<const ShownName> stored = index_.shown_names;
    const auto found = std::lower_bound(stored.begin(), stored.end(), linkage_name,
                                        [](const ShownName& a, Text b) { return a.linkage_name < b; });
    if (found != stored.end() && found->linkage_name == linkage_name) return std::string{index_.texts[found->shown]};
    const auto [entry, is_new] = shown_.try_emplace(linkage_name, 0);
    if (is_new) {
        const std::string name = display_name(index_.texts[linkage_name], extension_of(path_));
        entry->second = index_.texts.add(name);
    }
    return std::string{index_.texts[entry->second]};
}

void ModuleSymbols::keep_shown_names() {
    std::vector<ShownName>& names = index_.shown_names.own();
    for (const auto& [linkage_name, shown] : shown_) names.push_back({linkage_name, shown});
    std::sort(names.begin(), names.end(),
              [](const ShownName& a, const ShownName& b) { return a.linkage_name < b.linkage_name; });
    shown_.clear();
}

const char* ModuleSymbols::names_from() const {
    switch (index_.source) {
        case SymbolSource::symtab:
            return ".symtab";
        case SymbolSource::debug_file:
            return "debug file";
        case SymbolSource::dynsym:
            return ".dynsym";
        case SymbolSource::none:
            break;
    }
    return index_.ranges.empty() ? "none" : ".eh_frame";
}

std::string ModuleSymbols::problem() const {
    if (!problem_.empty()) return problem_;
    std::vector<std::string> faults;
    if (file_ && file_->is_cut_short()) faults.emplace_back("the file is cut short");
    if (!refused_.empty() && !debug_file_) faults.push_back(refused_ + " belongs to another build");
    if (!not_fetched_.empty()) faults.push_back(not_fetched_);
    if (is_damaged()) faults.emplace_back("its debugging information is damaged");
    if (has_cut_names_) faults.push_back(fmt::format("some are longer than {} bytes", longest_name));
    if (faults.empty()) return {};
    return fmt::format("names of {} are cut or missing: {}", base_name(path_), fmt::join(faults, "; "));
}

Status ModuleSymbols::save() {
    if (is_damaged()) return {};
    if (!is_changed_ || options_.cache_folder.empty() || !file_ || !may_be_cached(build_id_)) return {};
    is_changed_ = false;
    keep_shown_names();
    return write_cache(options_.cache_folder, {build_id_, made_from()}, index_);
}

}  // namespace pyprof::symbols
