#pragma once
// Gathered keys into frames with names. One thread at a time.
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "gather/tree.h"
#include "merge/domains.h"
#include "merge/notebook_cells.h"
#include "merge/numba_sources.h"
#include "merge/tables.h"
#include "profile/profile.h"
#include "symbols/module_symbols.h"

namespace pyprof::merge {

// What a frame is, as far as the question whether to hide it goes (machinery.h).
enum class FrameKind : std::uint8_t {
    python,
    program,
    wrapper,
    interpreter,
    system,
    agent,
    special,
    worker_threads,
    garbage_collection
};

struct NamedFrame {
    std::uint32_t function = 0;  // of the profile; not machinery
    std::uint32_t line = 0;
    FrameKind kind = FrameKind::program;
    bool inlined = false;
    bool guessed = false;
    bool unresolved = false;  // neither symbol nor function range
};

class Names {
public:
    // `tree` and `tables` must outlive the object; the keys asked for are the tree's.
    Names(const gather::Tree& tree, const symbols::Options& options, Tables& tables);

    // Reads what all keys of the tree ask for, module by module, which is faster than key by key.
    void read_ahead();

    // The calls that a key stands for, caller first: several where calls are inlined. Never none. Valid until the next
    // call.
    std::span<const NamedFrame> frames(const gather::Key& key);

    // What named this module's functions ("none" for a module that nobody asked about).
    const char* names_from(std::uint32_t module) const;

    // One sentence per module whose file was of no use.
    std::vector<std::string> problems() const;

    // Lets the modules write what they learnt to the symbol cache. A cache that cannot be written is no fault.
    void save();

private:
    struct Range {
        std::uint32_t begin = 0, end = 0;  // of frames_
    };
    struct HashKey {
        std::size_t operator()(const gather::Key& key) const;
    };
    struct ModuleState {
        std::unique_ptr<symbols::ModuleSymbols> symbols;  // opened at the first question
        std::vector<std::uint32_t> functions;             // profile function by symbols' function, none: not yet made
    };

    symbols::ModuleSymbols& symbols_of(std::uint32_t module);
    void add_frames(const gather::Key& key);
    void add_native(const gather::Key& key);
    NamedFrame native_frame(std::uint32_t module, const symbols::Frame& frame);
    std::uint32_t native_function(std::uint32_t module, std::uint32_t number);
    NamedFrame python_frame(const gather::Key& key);
    NamedFrame jit_frame(const gather::Key& key);
    NamedFrame special_frame(const gather::Key& key);

    const gather::Tree& tree_;
    symbols::Options options_;
    Tables& tables_;
    NotebookCells notebook_cells_;
    NumbaSources numba_sources_;
    std::vector<ModuleState> modules_;
    std::vector<NamedFrame> frames_;
    std::unordered_map<gather::Key, Range, HashKey> known_;
    std::vector<symbols::Frame> found_;  // of the lookup in progress
};

}  // namespace pyprof::merge
