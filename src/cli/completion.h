#pragma once
// Scripts by which shells complete what follows `pyprof`.
#include <string>
#include <vector>

#include "cli/manual.h"

namespace pyprof::cli {

// Verbs, their options, the choices of arguments, and files; behind `run` and its options the command's own completion
// where the shell has one.
std::string bash_completion(const std::vector<ManualVerb>& verbs);
std::string zsh_completion(const std::vector<ManualVerb>& verbs);
std::string fish_completion(const std::vector<ManualVerb>& verbs);

}  // namespace pyprof::cli
