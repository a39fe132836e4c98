#include "agent/discover/program_path.h"

#include <charconv>
#include <cstring>
#include <elf.h>
#include <link.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "agent/capture/proc_files.h"

namespace pyprof::discover {
namespace {

constexpr std::size_t most_of_maps = 1 << 16;  // the program is among the first mappings
char maps[most_of_maps];

// The kernel gives no address of a loader where the loader itself is the program that it started.
bool is_run_by_loader() { return getauxval(AT_BASE) == 0; }

int first_code(dl_phdr_info* object, std::size_t, void* address) {
    for (int i = 0; i < object->dlpi_phnum; ++i)
        if (object->dlpi_phdr[i].p_type == PT_LOAD) {
            *static_cast<std::uint64_t*>(address) = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
            break;
        }
    return 1;  // the main program is the first object
}

}  // namespace

bool find_mapped_path(const char* text, std::uint64_t address, char* into, std::size_t capacity) {
    for (const char* line = text; *line != '\0';) {
        const char* const end = strchrnul(line, '\n');
        std::uint64_t first = 0, behind = 0;
        const char* const dash = std::from_chars(line, end, first, 16).ptr;
        const bool holds = dash != end && *dash == '-' &&
                           std::from_chars(dash + 1, end, behind, 16).ec == std::errc{} && address >= first &&
                           address < behind;
        const auto* const path = static_cast<const char*>(std::memchr(line, '/', static_cast<std::size_t>(end - line)));
        if (holds) {
            const std::size_t bytes = path == nullptr ? 0 : static_cast<std::size_t>(end - path);
            if (bytes == 0 || bytes >= capacity) return false;
            std::memcpy(into, path, bytes);
            into[bytes] = '\0';
            return true;
        }
        line = *end == '\0' ? end : end + 1;
    }
    return false;
}

void find_program_path(char* into, std::size_t capacity) {
    std::uint64_t code = 0;
    if (is_run_by_loader()) {
        dl_iterate_phdr(first_code, &code);
        capture::read_file("/proc/self/maps", maps, sizeof maps);
        if (find_mapped_path(maps, code, into, capacity)) return;
    }
    const long length = readlink("/proc/self/exe", into, capacity - 1);
    if (length > 0) into[length] = '\0';
}

}  // namespace pyprof::discover
