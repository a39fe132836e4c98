#pragma once
// Pieces of the pages that have no scripts.
#include <string>
#include <vector>

namespace pyprof::report {

// Text as HTML shows it: on a terminal it is safe, and no character is markup.
std::string html_text(const std::string& text);

// One point of a list for each sentence.
std::string html_list(const std::vector<std::string>& sentences);

}  // namespace pyprof::report
