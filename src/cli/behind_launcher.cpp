#include "cli/behind_launcher.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "cli/command.h"

namespace pyprof::cli {
namespace {

using Words = std::vector<std::string>;

// Options of Open MPI, Hydra, srun and their like that name hosts.
constexpr std::string_view host_options[] = {"-H",        "-host",      "--host",       "-hosts",        "--hosts",
                                             "-hostfile", "--hostfile", "-machinefile", "--machinefile", "-f",
                                             "-N",        "--nodes",    "-w",           "--nodelist"};

// What batch systems say of hosts: a number, which is beyond 1 where there are several, or a list of them.
constexpr const char* host_counts[] = {"SLURM_JOB_NUM_NODES", "SLURM_NNODES", "FLUX_JOB_NNODES"};
constexpr const char* host_lists[] = {"PBS_NODEFILE",
                                      "LSB_MCPU_HOSTS",
                                      "LSB_DJOB_HOSTFILE",
                                      "OMPI_MCA_orte_default_hostfile",
                                      "PRTE_MCA_prte_default_hostfile",
                                      "HYDRA_HOST_FILE"};

bool names_hosts(const std::string& word) {
    const std::string name = word.substr(0, word.find('='));
    return std::ranges::find(host_options, name) != std::end(host_options);
}

}  // namespace

bool may_leave_this_host(const Words& command, const Environment& environment) {
    if (command.empty() || !starts_ranks(command[0])) return false;
    const auto program = std::find_if(command.begin() + 1, command.end(), is_interpreter);
    const auto is_set = [&environment](const char* name) { return environment.has(name); };
    const auto is_many = [&environment](const char* name) {
        const std::string count = environment.get(name);
        return !count.empty() && count != "1";
    };
    return std::any_of(command.begin() + 1, program, names_hosts) || std::ranges::any_of(host_counts, is_many) ||
           std::ranges::any_of(host_lists, is_set);
}

Words words_of(const RunOptions& options, const Environment& environment) {
    Words words;
    for (const RunOptionText& option : run_option_texts()) {
        if (!environment.has(option.variable)) continue;
        const std::string value = environment.get(option.variable);
        if (option.argument.empty() && value == option.flag_value) words.push_back("--" + option.name);
        if (!option.argument.empty()) words.push_back("--" + option.name + "=" + value);
    }
    words.insert(words.end(), options.given.begin(), options.given.end());
    return words;
}

std::optional<Words> with_recorder_behind(const Words& command, const Words& recorder) {
    Words words;
    bool is_program = false;  // the rest of this part of the command is a program's
    bool any = false;
    for (const std::string& word : command) {
        if (word == ":") is_program = false;  // as mpirun divides jobs of several programs
        if (!words.empty() && !is_program && is_interpreter(word)) {
            words.insert(words.end(), recorder.begin(), recorder.end());
            is_program = any = true;
        }
        words.push_back(word);
    }
    return any ? std::optional{words} : std::nullopt;
}

}  // namespace pyprof::cli
