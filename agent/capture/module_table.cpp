#include "agent/capture/module_table.h"

#include <cstring>

#include "wire/recording.h"

namespace pyprof::capture {
namespace {

constexpr std::uint64_t max_path_bytes = 4095;

// File names of the libraries whose frames count as MPI: the library itself, its plug-ins and its transports.
constexpr const char* mpi_prefixes[] = {"libmpi", "libopen-pal", "libopen-rte", "libprrte", "libpmix",
                                        "libuc",  "libfabric",   "libpsm2",     "libhcoll", "mca_"};
constexpr const char* mpi_library_prefixes[] = {"libmpi.", "libmpi_abi.", "libmpich."};
// Libraries whose threads are a pool for whoever calls them; OpenBLAS has many names.
constexpr const char* pool_prefixes[] = {"libgomp",    "libomp",   "libiomp",  "libmkl_",  "libblis",
                                         "libtbb",     "libpocl",  "libarmpl", "libnvpl_", "interpreter.",
                                         "workqueue.", "omppool.", "tbbpool.", "libblosc"};
constexpr const char* openblas_part = "openblas";
constexpr const char* numerical_prefixes[] = {"libmkl_",   "libblis",  "libarmpl",  "libnvpl_",  "libblas", "libcblas",
                                              "liblapack", "libatlas", "libsatlas", "libtatlas", "libsci_"};
constexpr const char* agent_prefix = "libpyprof-";
constexpr const char* python_prefix = "libpython3";

bool starts_with(const char* text, const char* prefix) { return std::strncmp(text, prefix, std::strlen(prefix)) == 0; }

const char* file_name(const char* path) {
    const char* slash = std::strrchr(path, '/');
    return slash == nullptr ? path : slash + 1;
}

template <std::size_t count>
bool starts_with_any(const char* name, const char* const (&prefixes)[count]) {
    for (const char* prefix : prefixes)
        if (starts_with(name, prefix)) return true;
    return false;
}

std::uint32_t flags_by_name(const char* name) {
    std::uint32_t flags = 0;
    if (starts_with_any(name, mpi_prefixes)) flags |= wire::module_flags::mpi;
    const bool is_openblas = std::strstr(name, openblas_part) != nullptr;
    if (is_openblas || starts_with_any(name, pool_prefixes)) flags |= wire::module_flags::thread_pool;
    if (is_openblas || starts_with_any(name, numerical_prefixes)) flags |= wire::module_flags::numerical;
    return flags;
}

ElfImage image_of(const FoundObject& found) { return ElfImage::at(found.begin, found.end, found.map->l_addr); }

// Everything but the id.
Module describe(const FoundObject& found) {
    const ElfImage image = image_of(found);
    return {.begin = found.begin,
            .end = found.end,
            .bias = found.map->l_addr,
            .eh_frame_header = found.eh_frame_header,
            .unwind_memory = image.readable_around(found.eh_frame_header),
            .image = image};
}

std::uint32_t slot_of(std::uint64_t begin) {
    return static_cast<std::uint32_t>((begin >> 12) * 0x9e3779b97f4a7c15 >> 40);
}

// Lies in the module that this code is linked into.
const char own_code = 0;

}  // namespace

void ModuleTable::set_up(RecordingWriter& writer, const char* executable) {
    writer_ = &writer;
    executable_ = executable;
}

void ModuleTable::reset() {
    epoch_.fetch_add(1, std::memory_order_relaxed);
    objects_changed();
}

bool ModuleTable::find(std::uint64_t address, Module& module) {
    FoundObject found;
    if (!find_object(address, found)) return false;
    std::uint32_t id = find_live(found);
    if (id == 0) id = insert(found);
    if (id == 0) {
        module = describe(found);
        return true;
    }
    module = entries_[id].module;
    if (!announce(entries_[id])) module.id = 0;
    return true;
}

std::uint32_t ModuleTable::find_live(const FoundObject& found) {
    for (std::uint32_t i = 0, slot = slot_of(found.begin); i < slot_count; ++i, ++slot) {
        const std::uint32_t id = slots_[slot % slot_count].load(std::memory_order_acquire);
        if (id == 0) return 0;
        if (is_same(entries_[id], found)) return id;
    }
    return 0;
}

bool ModuleTable::is_same(Entry& entry, const FoundObject& found) const {
    const Module& module = entry.module;
    if (entry.state.load(std::memory_order_acquire) != State::live || module.begin != found.begin ||
        module.end != found.end || entry.map != found.map || module.bias != found.map->l_addr)
        return false;
    const std::uint32_t now = generation();
    if (entry.verified.load(std::memory_order_relaxed) == now) return true;
    if (fingerprint_of(found) != entry.fingerprint) return false;
    entry.verified.store(now, std::memory_order_relaxed);
    return true;
}

// Two threads may insert the same object at once: the first to fill the slot wins, the other's id stays unused.
std::uint32_t ModuleTable::insert(const FoundObject& found) {
    const std::uint32_t now = generation();
    Entry* const entry = claim();
    if (entry == nullptr) return 0;
    const std::uint32_t own_id = static_cast<std::uint32_t>(entry - entries_);
    entry->module = describe(found);
    entry->module.id = own_id;
    entry->map = found.map;
    entry->fingerprint = fingerprint_of(found);
    flags_[own_id].store(static_cast<std::uint8_t>(flags_of(*entry, image_of(found))), std::memory_order_relaxed);
    entry->verified.store(now, std::memory_order_relaxed);
    retire_overlapping(*entry);
    entry->state.store(State::live, std::memory_order_release);
    for (std::uint32_t i = 0, slot = slot_of(found.begin); i < slot_count; ++i, ++slot) {
        std::uint16_t id = 0;
        if (slots_[slot % slot_count].compare_exchange_strong(id, static_cast<std::uint16_t>(own_id),
                                                              std::memory_order_acq_rel))
            return own_id;
        if (is_same(entries_[id], found)) {
            entry->state.store(State::unused, std::memory_order_relaxed);
            return id;
        }
    }
    return 0;
}

ModuleTable::Entry* ModuleTable::claim() {
    const std::uint32_t id = take_id();
    return id == 0 ? nullptr : &entries_[id];
}

std::uint32_t ModuleTable::take_id() {
    std::uint32_t last = last_id_.load(std::memory_order_relaxed);
    do {
        if (last == max_modules) return 0;
    } while (!last_id_.compare_exchange_weak(last, last + 1, std::memory_order_relaxed));
    return last + 1;
}

// What lay in the same memory before is gone. Objects that nobody met again are never retired; they do no harm.
void ModuleTable::retire_overlapping(const Entry& fresh) {
    const std::uint32_t last = last_id_.load(std::memory_order_relaxed);
    for (std::uint32_t id = 1; id <= last; ++id) {
        Entry& old = entries_[id];
        State state = State::live;
        if (&old == &fresh || old.state.load(std::memory_order_acquire) != State::live) continue;
        if (old.module.begin >= fresh.module.end || fresh.module.begin >= old.module.end) continue;
        if (old.map == fresh.map && old.fingerprint == fresh.fingerprint && old.module.begin == fresh.module.begin)
            continue;
        if (!old.state.compare_exchange_strong(state, State::unloaded, std::memory_order_acq_rel)) continue;
        if (writer_ == nullptr ||
            old.announced.load(std::memory_order_relaxed) != epoch_.load(std::memory_order_relaxed) + 1)
            continue;
        auto* record = static_cast<wire::UnloadedRecord*>(writer_->reserve(sizeof(wire::UnloadedRecord)));
        if (record == nullptr) continue;
        record->header.kind = wire::RecordKind::unloaded;
        record->id = id;
        writer_->commit(record, sizeof(wire::UnloadedRecord));
    }
}

bool ModuleTable::announce(Entry& entry) {
    const std::uint32_t wanted = epoch_.load(std::memory_order_relaxed) + 1;
    std::uint32_t announced = entry.announced.load(std::memory_order_relaxed);
    if (announced == wanted) return true;
    if (!entry.announced.compare_exchange_strong(announced, wanted, std::memory_order_acq_rel)) return true;
    if (append_record(entry)) return true;
    entry.announced.store(announced, std::memory_order_relaxed);
    return false;
}

bool ModuleTable::append_record(const Entry& entry) const {
    if (writer_ == nullptr) return false;
    const Module& module = entry.module;
    const ElfImage image = ElfImage::at(module.begin, module.end, module.bias);
    const BuildId build_id = find_build_id(image);
    const char* path = path_of(entry.map);
    const std::uint64_t path_bytes = strnlen(path, max_path_bytes);
    const auto bytes =
        static_cast<std::uint32_t>((sizeof(wire::ModuleRecord) + build_id.count + path_bytes + 7) & ~7ULL);
    auto* record = static_cast<wire::ModuleRecord*>(writer_->reserve(bytes));
    if (record == nullptr) return false;
    record->header.kind = wire::RecordKind::module;
    record->id = module.id;
    record->build_id_bytes = build_id.count;
    record->load_bias = module.bias;
    record->begin = module.begin;
    record->end = module.end;
    record->identity = build_id.count == 0 ? hash_identity(image) : 0;
    record->path_bytes = static_cast<std::uint32_t>(path_bytes);
    record->flags = flags(module.id);
    auto* content = reinterpret_cast<unsigned char*>(record + 1);
    if (build_id.count != 0) std::memcpy(content, build_id.bytes, build_id.count);
    std::memcpy(content + build_id.count, path, path_bytes);
    writer_->commit(record, bytes);
    return true;
}

bool ModuleTable::is_notable(const char* path) {
    const char* name = file_name(path);
    const std::uint32_t flags = flags_by_name(name);
    return starts_with_any(name, mpi_library_prefixes) || (flags & ~wire::module_flags::mpi) != 0;
}

std::uint32_t ModuleTable::flags_of(const Entry& entry, const ElfImage& image) const {
    const char* name = file_name(path_of(entry.map));
    const auto own = reinterpret_cast<std::uint64_t>(&own_code);
    std::uint32_t flags = flags_by_name(name);
    if (starts_with(name, python_prefix) || find_export(image, "_PyRuntime") != 0)
        flags |= wire::module_flags::interpreter;
    if (find_export(image, "__tls_get_addr") != 0) flags |= wire::module_flags::loader;
    // Programs that have the agent linked into them are tests of it.
    if (is_executable(entry.map)) return flags | wire::module_flags::executable;
    if (starts_with(name, agent_prefix) || (own >= entry.module.begin && own < entry.module.end))
        flags |= wire::module_flags::agent;
    return flags;
}

std::uint64_t ModuleTable::fingerprint_of(const FoundObject& found) const {
    const char* path = path_of(found.map);
    const ElfImage image = image_of(found);
    const BuildId build_id = find_build_id(image);
    std::uint64_t hash = hash_bytes(path, strnlen(path, max_path_bytes), hash_seed);
    hash = hash_bytes(build_id.bytes, build_id.count, hash);
    return hash_bytes(image.begin(), static_cast<std::uint64_t>(image.end() - image.begin()) * sizeof(Elf64_Phdr),
                      hash);
}

const char* ModuleTable::path_of(const link_map* map) const {
    return is_executable(map) && executable_ != nullptr ? executable_ : map->l_name;
}

}  // namespace pyprof::capture
