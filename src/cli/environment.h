#pragma once
// The environment of the command, as a value: read from ours, changed, handed to exec. Not for the signal side.
#include <string>
#include <string_view>
#include <vector>

namespace pyprof::cli {

class Environment {
public:
    Environment() = default;
    // A copy of NULL-terminated `NAME=value` strings such as `environ`.
    explicit Environment(const char* const* block);

    // Empty if the variable is unset or empty: no variable of ours tells these apart.
    std::string get(std::string_view name) const;
    bool has(std::string_view name) const { return !get(name).empty(); }
    void set(std::string_view name, std::string_view value);
    void unset(std::string_view name);

    // For execvpe; the pointers are valid until the next change.
    std::vector<char*> block();

private:
    std::vector<std::string>::iterator find(std::string_view name);
    std::vector<std::string> entries_;
};

}  // namespace pyprof::cli
