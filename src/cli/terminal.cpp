#include "cli/terminal.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <langinfo.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

#include "cli/environment.h"
#include "cli/rank.h"

namespace pyprof::cli {
namespace {

constexpr std::size_t usual_width = 100, widest = 200;

// A person sits at the other end of this stream.
bool is_interactive(int stream) { return isatty(stream) != 0 && !rank_from(Environment{environ}); }

std::size_t stdout_width() {
    winsize size{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return std::min<std::size_t>(size.ws_col, widest);
    const Environment environment{environ};
    const unsigned long columns = std::strtoul(environment.get("COLUMNS").c_str(), nullptr, 10);
    return columns == 0 ? usual_width : std::min<std::size_t>(columns, widest);
}

}  // namespace

report::Style stdout_style() {
    std::setlocale(LC_CTYPE, "");
    const Environment environment{environ};
    report::Style style;
    style.width = stdout_width();
    style.unicode = std::string_view{nl_langinfo(CODESET)} == "UTF-8";
    style.colour = is_interactive(STDOUT_FILENO) && !environment.has("NO_COLOR") && environment.get("TERM") != "dumb";
    return style;
}

Status print(const std::string& text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (written || errno == EPIPE) return {};
    return Error{"cannot write to standard output: " + std::string{std::strerror(errno)}};
}

Progress::Progress(std::string what) : what_{std::move(what)} {
    if (is_interactive(STDERR_FILENO)) thread_ = std::thread{[this] { show(); }};
}

Progress::~Progress() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock{mutex_};
        has_ended_ = true;
    }
    ended_.notify_one();
    thread_.join();
}

void Progress::show() {
    using namespace std::chrono_literals;
    constexpr const char* clear_line = "\r\033[K";
    std::unique_lock lock{mutex_};
    if (ended_.wait_for(lock, 1s, [this] { return has_ended_; })) return;
    for (int seconds = 1; !has_ended_; seconds++) {
        std::fprintf(stderr, "%spyprof: %s, %d s", clear_line, what_.c_str(), seconds);
        ended_.wait_for(lock, 1s, [this] { return has_ended_; });
    }
    std::fputs(clear_line, stderr);
}

}  // namespace pyprof::cli
