#include "cli/job.h"

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <vector>

namespace pyprof::cli {
namespace {

// Who numbers jobs, the most specific first, with the word the key begins with.
struct Numbering {
    const char* word;
    const char* job;
    const char* step;  // may be nullptr
};
constexpr Numbering numberings[] = {{"slurm", "SLURM_JOB_ID", "SLURM_STEP_ID"},
                                    {"pbs", "PBS_JOBID", nullptr},
                                    {"lsf", "LSB_JOBID", nullptr},
                                    {"pmix", "PMIX_NAMESPACE", nullptr}};

// Equal on all ranks of a job and on all its hosts, different in the next job of the same number.
constexpr const char* marks_of_a_job[] = {"SLURM_JOB_ID",
                                          "SLURM_STEP_ID",
                                          "PBS_JOBID",
                                          "LSB_JOBID",
                                          "PMIX_NAMESPACE",
                                          "OMPI_MCA_orte_precondition_transports",
                                          "OMPI_MCA_orte_hnp_uri",
                                          "FLUX_JOB_ID",
                                          "PALS_APID",
                                          "ALPS_APP_ID",
                                          "JSM_NAMESPACE_ID"};

// FNV-1a (Fowler, Noll, Vo), 64 bits.
std::string hash_text(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const unsigned char c : text) hash = (hash ^ c) * 0x100000001b3;
    char hex[17];
    std::snprintf(hex, sizeof hex, "%016llx", static_cast<unsigned long long>(hash));
    return hex;
}

std::string identity_text(const std::string& host, const ProcessIdentity& process) {
    return host + "-" + std::to_string(process.pid) + "-" + std::to_string(process.start_ticks);
}

std::string shared_key(const Environment& environment, const std::string& host, const ProcessIdentity& parent) {
    std::string marks;
    for (const auto* name : marks_of_a_job) {
        if (environment.has(name)) marks.append(name).append("=").append(environment.get(name)).append("\n");
    }
    if (marks.empty()) return identity_text(host, parent);
    std::string key = "job";
    for (const auto& numbering : numberings) {
        if (!environment.has(numbering.job)) continue;
        key = std::string{numbering.word} + "-" + environment.get(numbering.job);
        if (numbering.step != nullptr && environment.has(numbering.step)) key += "." + environment.get(numbering.step);
        break;
    }
    return as_file_name(key, 48) + "-" + hash_text(marks);
}

}  // namespace

ProcessIdentity identify(int pid) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
    const std::string line{std::istreambuf_iterator<char>{file}, {}};
    // Fields after the command's name, which may itself hold spaces and brackets: proc(5), start time is field 22.
    std::istringstream fields{line.substr(std::min(line.size(), line.rfind(')') + 1))};
    std::string skipped;
    for (int field = 3; field < 22; ++field) fields >> skipped;
    ProcessIdentity process{pid, 0};
    fields >> process.start_ticks;
    return process;
}

std::string as_file_name(std::string_view text, std::size_t limit) {
    std::string name{text.substr(0, limit)};
    for (auto& c : name) {
        const bool fits = std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '-';
        if (!fits) c = '_';
    }
    return name;
}

std::string job_key(const Environment& environment, const JobSource& source) {
    const auto host = as_file_name(source.host, 40);
    if (!source.place || source.alone) return identity_text(host, source.launcher);
    return shared_key(environment, host, source.parent);
}

}  // namespace pyprof::cli
