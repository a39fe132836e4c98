#pragma once
// A folder of its own for one test, removed with everything in it.
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace pyprof::test_support {

class TemporaryFolder {
public:
    TemporaryFolder() : path_{(std::filesystem::temp_directory_path() / "pyprof-test-XXXXXX").string()} {
        if (mkdtemp(path_.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::string& path() const { return path_; }
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

}  // namespace pyprof::test_support
