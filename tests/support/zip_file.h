#pragma once
// Zip archives as Python writes them, for the tests of what reads them.
#include <minizip/zip.h>
#include <string>
#include <vector>

namespace pyprof::test_support {

struct ZipMember {
    std::string name, text;
    bool compressed = true;
};

inline void write_zip(const std::string& path, const std::vector<ZipMember>& members) {
    const zipFile zip = zipOpen64(path.c_str(), APPEND_STATUS_CREATE);
    const zip_fileinfo no_facts{};
    for (const ZipMember& member : members) {
        zipOpenNewFileInZip(zip, member.name.c_str(), &no_facts, nullptr, 0, nullptr, 0, nullptr,
                            member.compressed ? 8 : 0, 6);
        zipWriteInFileInZip(zip, member.text.data(), static_cast<unsigned>(member.text.size()));
        zipCloseFileInZip(zip);
    }
    zipClose(zip, nullptr);
}

}  // namespace pyprof::test_support
