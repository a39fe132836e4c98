#include "tests/src/merge/stack_tree.h"

#include "symbols/elf_file.h"
#include "symbols/symbol_index.h"

namespace pyprof::test_support {
namespace {

constexpr const char* interpreter_path = PYPROF_BINARIES "/libpython3.99.so";
constexpr const char* shapes_path = PYPROF_BINARIES "/libshapes.so";

}  // namespace

StackTree::StackTree(std::uint32_t threads) {
    tree_.modules = {{interpreter_path, "", 1, wire::module_flags::interpreter},
                     {shapes_path, "", 2, 0},
                     {PYPROF_BINARIES "/libplain_stripped.so", "", 3, 0},
                     {"/gone/libc.so.6", "", 4, 0},
                     {"/gone/libpyprof-agent.so", "", 5, wire::module_flags::agent},
                     {"/gone/libmpi.so.40", "", 6, wire::module_flags::mpi},
                     {"/gone/libffi.so.8", "", 7, 0}};
    tree_.codes = {
        {"app.py", "<module>", "<module>", 1}, {"app.py", "step", "Grid.step", 10}, {"app.py", "key", "key", 20}};
    tree_.contexts.resize(1);
    tree_.processes.resize(1);
    tree_.processes[0].period_ns = 1'000;
    tree_.threads.resize(threads);
}

gather::Key StackTree::function(Library library, const std::string& name) {
    const Result<symbols::ElfFile> file =
        symbols::ElfFile::open(library == Library::interpreter ? interpreter_path : shapes_path);
    symbols::TextTable texts;
    if (file) {
        for (const symbols::Segment& symbol : symbols::read_symbols(*file, SHT_SYMTAB, texts)) {
            if (texts[symbol.value] == name) return native(library, symbol.begin);
        }
    }
    return {};
}

std::uint32_t StackTree::context(const std::vector<gather::Key>& stack) {
    std::uint32_t context = 0;
    for (const gather::Key& key : stack) {
        const auto [entry, is_new] =
            contexts_.try_emplace({context, key}, static_cast<std::uint32_t>(tree_.contexts.size()));
        if (is_new) tree_.contexts.push_back({context, key});
        context = entry->second;
    }
    return context;
}

void StackTree::add(const std::vector<gather::Key>& stack, std::uint64_t samples, std::uint64_t weight_ns,
                    std::uint32_t thread) {
    tree_.values.push_back({context(stack), thread, samples, weight_ns});
}

}  // namespace pyprof::test_support
