#pragma once
// What a shell command prints, for tests that ask another program for the truth.
#include <cstdio>
#include <memory>
#include <string>

namespace pyprof::test_support {

// Standard output, empty if the command cannot be run. Standard error is dropped.
inline std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen((command + " 2>/dev/null").c_str(), "r"), pclose};
    std::string output;
    char buffer[65536];
    while (pipe != nullptr && !feof(pipe.get())) output.append(buffer, fread(buffer, 1, sizeof buffer, pipe.get()));
    return output;
}

}  // namespace pyprof::test_support
