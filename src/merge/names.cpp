#include "merge/names.h"

#include <algorithm>

#include "merge/wrappers.h"
#include "profile/categories.h"
#include "symbols/demangle.h"

namespace pyprof::merge {
namespace {

FrameKind frame_kind(const gather::Module& module, const symbols::Function& function) {
    switch (kind_of(module)) {
        case ModuleKind::interpreter:
            return FrameKind::interpreter;
        case ModuleKind::system:
            return FrameKind::system;
        case ModuleKind::agent:
            return FrameKind::agent;
        case ModuleKind::program:
            break;
    }
    return is_wrapper(file_name_of(module.path), function) ? FrameKind::wrapper : FrameKind::program;
}

const char* name_of(wire::Special special) {
    switch (special) {
        case wire::Special::unwind_stopped:
            return "[unwinding stopped]";
        case wire::Special::frames_cut:
            return "[frames left out]";
        case wire::Special::unknown_code:
            return "[unknown Python function]";
        case wire::Special::thread_late:
            return "[ended thread]";
        case wire::Special::waiting_for_gil:
            return profile::wait_names[0];
        case wire::Special::waiting_for_lock:
            return profile::wait_names[1];
        case wire::Special::waiting_for_io:
            return profile::wait_names[2];
        case wire::Special::sleeping:
            return profile::wait_names[3];
        case wire::Special::waiting_for_process:
            return profile::wait_names[4];
        case wire::Special::waiting:
            return profile::wait_names[5];
        case wire::Special::worker_threads:
            return profile::worker_threads_name;
        case wire::Special::garbage_collection:
            return profile::garbage_collection_name;
        case wire::Special::unplaced:
            return "[no room in the recording]";
        case wire::Special::thread_root:
        case wire::Special::ended_threads:
            break;
    }
    return "[unknown]";
}

FrameKind kind_of(wire::Special special) {
    if (special == wire::Special::unknown_code) return FrameKind::python;
    if (special == wire::Special::worker_threads) return FrameKind::worker_threads;
    return special == wire::Special::garbage_collection ? FrameKind::garbage_collection : FrameKind::special;
}

// What Numba puts between Python and a function that it compiled (numba/core/callwrapper.py), and CPython with -X perf
// around each function (Python/perf_trampoline.c): the function itself has a frame.
bool is_wrapper(const std::string& linkage_name) {
    return linkage_name.starts_with("py::") || symbols::demangle(linkage_name).starts_with("cpython::");
}

// Where code of a module is looked up.
ModuleOffset offset_of(const gather::Key& key) {
    const Address address{key.value};
    const bool is_return = (key.flags & gather::key_flags::return_address) != 0 && key.value > 0;
    const CodeAddress code =
        is_return ? CodeAddress::return_address(address) : CodeAddress::instruction_pointer(address);
    return ModuleOffset{code.for_lookup().value()};
}

}  // namespace

std::size_t Names::HashKey::operator()(const gather::Key& key) const {
    std::uint64_t hash = key.value;
    for (const std::uint64_t part : {static_cast<std::uint32_t>(key.kind), key.index, key.flags}) {
        hash = (hash ^ part) * 0x9e3779b97f4a7c15;
    }
    return hash ^ hash >> 32;
}

Names::Names(const gather::Tree& tree, const symbols::Options& options, Tables& tables)
    : tree_{tree},
      options_{options},
      tables_{tables},
      notebook_cells_{tree},
      numba_sources_{tree, notebook_cells_.all()},
      modules_(tree.modules.size()) {}

std::span<const NamedFrame> Names::frames(const gather::Key& key) {
    const auto [entry, is_new] = known_.try_emplace(key);
    if (is_new) {
        entry->second.begin = static_cast<std::uint32_t>(frames_.size());
        add_frames(key);
        entry->second.end = static_cast<std::uint32_t>(frames_.size());
    }
    return std::span{frames_}.subspan(entry->second.begin, entry->second.end - entry->second.begin);
}

void Names::add_frames(const gather::Key& key) {
    switch (key.kind) {
        case gather::KeyKind::native:
            add_native(key);
            break;
        case gather::KeyKind::python:
            frames_.push_back((key.flags & gather::key_flags::jit) != 0 ? jit_frame(key) : python_frame(key));
            break;
        case gather::KeyKind::special:
        case gather::KeyKind::root:
            frames_.push_back(special_frame(key));
            break;
    }
}

symbols::ModuleSymbols& Names::symbols_of(std::uint32_t number) {
    std::unique_ptr<symbols::ModuleSymbols>& module = modules_[number].symbols;
    if (!module) {
        const gather::Module& file = tree_.modules[number];
        module = symbols::ModuleSymbols::open(file.path, file.build_id, options_);
    }
    return *module;
}

void Names::read_ahead() {
    std::vector<std::vector<ModuleOffset>> offsets(modules_.size());
    for (const gather::Context& context : tree_.contexts) {
        const gather::Key& key = context.key;
        if (key.kind == gather::KeyKind::native && key.index != gather::no_module)
            offsets[key.index].push_back(offset_of(key));
    }
    for (std::uint32_t i = 0; i < offsets.size(); i++) {
        if (!offsets[i].empty()) symbols_of(i).read_ahead(offsets[i]);
    }
}

void Names::add_native(const gather::Key& key) {
    const bool guessed = (key.flags & gather::key_flags::guessed) != 0;
    if (key.index == gather::no_module) {
        profile::Function code;
        code.name = "[jit code]";
        code.domain = profile::Domain::jit;
        code.named = false;
        frames_.push_back({.function = tables_.function(code), .guessed = guessed, .unresolved = true});
        return;
    }
    found_.clear();
    symbols_of(key.index).lookup(offset_of(key), found_);
    std::reverse(found_.begin(), found_.end());
    for (const symbols::Frame& frame : found_) {
        frames_.push_back(native_frame(key.index, frame));
        frames_.back().guessed = guessed;
    }
}

NamedFrame Names::native_frame(std::uint32_t module, const symbols::Frame& frame) {
    const symbols::Function& function = modules_[module].symbols->functions()[frame.function];
    return {.function = native_function(module, frame.function),
            .line = frame.line,
            .kind = frame_kind(tree_.modules[module], function),
            .inlined = frame.inlined,
            .unresolved = function.named_by == symbols::NamedBy::nothing};
}

std::uint32_t Names::native_function(std::uint32_t module, std::uint32_t number) {
    std::vector<std::uint32_t>& functions = modules_[module].functions;
    if (number >= functions.size()) functions.resize(number + 1, profile::none);
    if (functions[number] == profile::none) {
        const symbols::Function& function = modules_[module].symbols->functions()[number];
        functions[number] = tables_.function({.name = function.name,
                                              .system_name = function.linkage_name,
                                              .file = function.file,
                                              .first_line = function.first_line,
                                              .module = module,
                                              .domain = domain_of(tree_.modules[module]),
                                              .named = function.named_by == symbols::NamedBy::symbol});
    }
    return functions[number];
}

NamedFrame Names::python_frame(const gather::Key& key) {
    const gather::Code& code = tree_.codes[key.index];
    const std::uint32_t function =
        tables_.function({.name = code.qualname.empty() ? code.name : code.qualname,
                          .system_name = code.name,
                          .file = notebook_cells_.shown(code.file),
                          .first_line = static_cast<std::uint32_t>(std::max(code.first_line, 0)),
                          .domain = profile::Domain::python});
    const std::uint64_t line = key.value <= INT32_MAX ? key.value : 0;
    return {.function = function, .line = static_cast<std::uint32_t>(line), .kind = FrameKind::python};
}

NamedFrame Names::jit_frame(const gather::Key& key) {
    const gather::Code& code = tree_.codes[key.index];
    NumbaSources::Place place{notebook_cells_.shown(code.file),
                              static_cast<std::uint32_t>(std::max(code.first_line, 0))};
    if (code.file.empty()) place = numba_sources_.find(code.name).value_or(place);
    const std::uint32_t function = tables_.function({.name = symbols::display_name(code.name),
                                                     .system_name = code.name,
                                                     .file = place.file,
                                                     .first_line = place.line,
                                                     .domain = profile::Domain::jit,
                                                     .machinery = is_wrapper(code.name)});
    const std::uint64_t line = key.value <= INT32_MAX ? key.value : 0;
    return {.function = function,
            .line = static_cast<std::uint32_t>(line),
            .guessed = (key.flags & gather::key_flags::guessed) != 0};
}

NamedFrame Names::special_frame(const gather::Key& key) {
    const auto special = static_cast<wire::Special>(key.value);
    const bool is_python = special == wire::Special::unknown_code;
    profile::Function function;
    function.name = name_of(special);
    const bool is_wait = special >= wire::Special::waiting_for_gil && special <= wire::Special::waiting;
    function.domain = is_python ? profile::Domain::python : is_wait ? profile::Domain::os : profile::Domain::native;
    return {.function = tables_.function(function), .kind = kind_of(special)};
}

const char* Names::names_from(std::uint32_t module) const {
    return modules_[module].symbols ? modules_[module].symbols->names_from() : "none";
}

std::vector<std::string> Names::problems() const {
    std::vector<std::string> sentences;
    for (const ModuleState& module : modules_) {
        if (module.symbols && !module.symbols->problem().empty()) sentences.push_back(module.symbols->problem());
    }
    return sentences;
}

void Names::save() {
    for (const ModuleState& module : modules_) {
        if (module.symbols) static_cast<void>(module.symbols->save());
    }
}

}  // namespace pyprof::merge
