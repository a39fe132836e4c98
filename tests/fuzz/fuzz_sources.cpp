// Any bytes as a zip archive, and as a notebook.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "sources/archive.h"
#include "sources/notebook.h"
#include "sources/text_files.h"

using namespace pyprof;

namespace {

constexpr std::size_t most = 1 << 20;

// The bytes as a file, without a disk.
std::string file_of(std::string_view bytes) {
    static const int file = memfd_create("archive", MFD_CLOEXEC);
    PYPROF_CHECK(file >= 0 && ftruncate(file, 0) == 0);
    PYPROF_CHECK(pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    return "/proc/self/fd/" + std::to_string(file);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    const std::string archive = file_of(bytes);
    for (const char* member : {"/m.py", "/pkg/mod.py"})
        if (const auto text = sources::read_from_archive(archive + member, most)) PYPROF_CHECK(text->size() <= most);
    for (const std::string& cell : sources::code_cells(bytes)) {
        PYPROF_CHECK(sources::compiled_text(cell).size() <= cell.size());
        PYPROF_CHECK(sources::lines_of_text(cell).size() <= cell.size());
        sources::cell_hash(cell);
    }
    if (const auto place = sources::to_cell_place(bytes)) PYPROF_CHECK(place->cell != 0);
    if (sources::hash_of_kernel_file(bytes)) PYPROF_CHECK(bytes.ends_with(".py"));
    return 0;
}
