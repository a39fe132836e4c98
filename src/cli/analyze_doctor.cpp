#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "cli/analyze.h"
#include "cli/doctor.h"
#include "cli/installation.h"
#include "cli/terminal.h"
#include "report/words.h"

namespace pyprof::cli {
namespace {

const char* word_for(Verdict verdict) {
    switch (verdict) {
        case Verdict::good:
            return "good";
        case Verdict::limited:
            return "limited";
        case Verdict::bad:
            return "bad";
    }
    return "bad";
}

std::string as_text(const std::vector<Check>& checks) {
    std::string text;
    for (const Check& check : checks) {
        const std::string advice = check.advice.empty() ? "" : "; " + check.advice;
        text += report::fitted(word_for(check.verdict), 8, false) + report::fitted(check.name, 15, false) +
                report::printable(check.found + advice) + '\n';
    }
    return text;
}

std::string as_json(const std::vector<Check>& checks, bool usable) {
    nlohmann::ordered_json document = {{"schema", "pyprof.doctor/1"}, {"usable", usable}};
    document["checks"] = nlohmann::ordered_json::array();
    for (const Check& check : checks) {
        nlohmann::ordered_json entry = {
            {"name", check.name}, {"verdict", word_for(check.verdict)}, {"found", check.found}, {"advice", nullptr}};
        if (!check.advice.empty()) entry["advice"] = check.advice;
        document["checks"].push_back(std::move(entry));
    }
    return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

int run(bool json) {
    const std::vector<Check> checks = examine(launcher_of_analyze(), Environment{environ});
    const bool usable = std::ranges::none_of(checks, [](const Check& check) { return check.verdict == Verdict::bad; });
    const int code = finish(json ? as_json(checks, usable) : as_text(checks), "");
    return code == exit_code::success && !usable ? exit_code::threshold_exceeded : code;
}

}  // namespace

void add_doctor(CLI::App& verb, int& exit_code) {
    const auto json = std::make_shared<bool>(false);
    verb.add_flag("--json", *json, "schema pyprof.doctor/1");
    verb.callback([json, &exit_code] { exit_code = run(*json); });
}

}  // namespace pyprof::cli
