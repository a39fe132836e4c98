#pragma once
// How pyprof-analyze speaks: reports on stdout, remarks on stderr.
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "base/result.h"
#include "report/options.h"

namespace pyprof::cli {

// Width, characters and colours for stdout: 100 columns of plain text where it is no terminal, no colours under an MPI
// launcher (which gives every rank a terminal), with NO_COLOR or TERM=dumb; ASCII unless the locale is UTF-8.
report::Style stdout_style();

// Writes all of it. A reader that has gone away is no error.
Status print(const std::string& text);

// While it lives, and from its second second on, a terminal on stderr shows what takes so long. Silent elsewhere.
class Progress {
public:
    explicit Progress(std::string what);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

private:
    void show();

    std::string what_;
    std::mutex mutex_;
    std::condition_variable ended_;
    bool has_ended_ = false;
    std::thread thread_;
};

}  // namespace pyprof::cli
