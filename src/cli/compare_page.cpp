#include "cli/compare_page.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compare/sampled.h"
#include "profile/sums.h"
#include "report/compare_json.h"

namespace pyprof::cli {
namespace {

using compare::FunctionKey;
using profile::Profile;
using FunctionsByKey = std::map<FunctionKey, std::uint32_t>;

FunctionsByKey python_functions(const Profile& profile) {
    const std::vector<std::int32_t> ranks = profile::ranks_of(profile);
    const std::uint32_t process = compare::traced_process(profile, ranks.empty() ? -1 : ranks.front());
    const std::string folder = process == profile::none ? "" : profile.processes[process].working_directory;
    FunctionsByKey functions;
    for (std::uint32_t i = 0; i < profile.functions.size(); i++) {
        const profile::Function& function = profile.functions[i];
        if (function.domain == profile::Domain::python) functions.try_emplace(compare::key_of(function, folder), i);
    }
    return functions;
}

template <class Row>
void add_ids(nlohmann::ordered_json& list, const std::vector<Row>& rows, const FunctionsByKey& functions) {
    for (std::size_t i = 0; i < rows.size(); i++) {
        if (!rows[i].sampled_as) continue;
        const auto found = functions.find(*rows[i].sampled_as);
        if (found != functions.end()) list[i]["id"] = found->second;
    }
}

}  // namespace

Result<Page> compare_page(const compare::Comparison& comparison, const Profile& profile, bool with_source) {
    Result<Page> page = page_of(profile, {.workers = report::Workers::joined}, with_source);
    if (!page) return page;
    nlohmann::ordered_json section = report::compare_section(comparison);
    const FunctionsByKey functions = python_functions(page->profile);
    add_ids(section["functions"], comparison.rows, functions);
    add_ids(section["lines"], comparison.lines, functions);
    if (comparison.runs > 1)
        section["facts"].push_back("The other pages show the last of " + std::to_string(comparison.runs) +
                                   " sampled runs.");
    page->parts.comparison = section;
    return page;
}

}  // namespace pyprof::cli
