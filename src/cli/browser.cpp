#include "cli/browser.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/core.h>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace pyprof::cli {
namespace {

// Starts it as nobody's child: it may live longer than we do.
bool start(const std::vector<std::string>& words) {
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child < 0) return false;
    if (child == 0) {
        if (fork() != 0) _exit(0);
        setsid();
        sigset_t none;  // our own are held
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        const int nowhere = ::open("/dev/null", O_RDWR);
        for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(nowhere, stream);
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    return waitpid(child, nullptr, 0) == child;
}

}  // namespace

std::optional<std::string> forward_command(const Environment& environment, int port, const std::string& user,
                                           const std::string& host) {
    if (!environment.has("SSH_CONNECTION")) return std::nullopt;
    std::istringstream connection{environment.get("SSH_CONNECTION")};  // client, its port, server, its port
    std::string client, client_port, server, server_port;
    connection >> client >> client_port >> server >> server_port;
    const std::string other_port = server_port.empty() || server_port == "22" ? "" : "-p " + server_port + " ";
    return fmt::format("ssh -N {}-L {}:127.0.0.1:{} {}@{}", other_port, port, port, user, host);
}

bool has_browser(const Environment& environment) {
    return !environment.has("SSH_CONNECTION") && (environment.has("DISPLAY") || environment.has("WAYLAND_DISPLAY"));
}

Result<OpenedBrowser> OpenedBrowser::open(const std::string& url, const Environment& environment) {
    const std::string runtime = environment.get("XDG_RUNTIME_DIR");
    std::error_code failure;
    const std::string parent = runtime.empty() ? std::filesystem::temp_directory_path(failure).string() : runtime;
    std::string folder = parent + "/pyprof-view-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) return Error{"no place in " + parent + ": " + std::strerror(errno)};
    OpenedBrowser opened{folder};
    const std::string path = folder + "/pyprof.html";
    std::ofstream file{path};
    file << "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"refresh\" content=\"0; url=" << url
         << "\">\n<title>pyprof</title>\n";
    file.close();
    if (!file || !start({"xdg-open", path})) return Error{"no browser could be started"};
    return opened;
}

OpenedBrowser::OpenedBrowser(std::string folder) : folder_{std::move(folder)} {}
OpenedBrowser::OpenedBrowser(OpenedBrowser&& other) noexcept : folder_{std::exchange(other.folder_, "")} {}

OpenedBrowser::~OpenedBrowser() {
    std::error_code ignored;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

}  // namespace pyprof::cli
