#pragma once
// By what a Python function is known to sampled and traced profiles alike: its code object's file, first line and name.
#include <compare>
#include <cstdint>
#include <string>

namespace pyprof::compare {

struct FunctionKey {
    std::string file;  // as normal_path gives it
    std::uint32_t line = 0;
    std::string name;  // co_name
    friend auto operator<=>(const FunctionKey&, const FunctionKey&) = default;
};

// One spelling for a file: absolute (relative names count from `working_directory`, if that is known), without symbolic
// links as far as it exists here. What is no file, such as "<frozen os>" and "~", stays as it is.
std::string normal_path(const std::string& file, const std::string& working_directory);

// How many trailing parts two paths share: 2 of "/a/pkg/x.py" and "/b/pkg/x.py".
std::size_t shared_parts(const std::string& a, const std::string& b);
std::size_t parts_of(const std::string& path);

}  // namespace pyprof::compare
