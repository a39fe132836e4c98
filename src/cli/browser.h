#pragma once
// How the person who typed `pyprof view` gets to the page.
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/environment.h"

namespace pyprof::cli {

// What to type at home to reach this port of a remote machine: "ssh -N -L 8123:127.0.0.1:8123 user@host". Nothing
// outside a remote login (SSH_CONNECTION, sshd(8)).
std::optional<std::string> forward_command(const Environment& environment, int port, const std::string& user,
                                           const std::string& host);

// A browser would appear before the person: there is a display, and no remote login.
bool has_browser(const Environment& environment);

// Hands an address to the desktop's browser (xdg-open). Command lines are public, so the address goes by a file that
// only this user can read, gone when the object is.
class OpenedBrowser {
public:
    static Result<OpenedBrowser> open(const std::string& url, const Environment& environment);
    OpenedBrowser(OpenedBrowser&& other) noexcept;
    OpenedBrowser& operator=(OpenedBrowser&&) = delete;
    ~OpenedBrowser();

private:
    explicit OpenedBrowser(std::string folder);
    std::string folder_;
};

}  // namespace pyprof::cli
