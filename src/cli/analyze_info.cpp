#include <memory>

#include "cli/analyze.h"
#include "cli/open_profile.h"
#include "cli/terminal.h"
#include "report/info.h"

namespace pyprof::cli {

void add_info(CLI::App& verb, int& exit_code) {
    const auto path = std::make_shared<std::string>();
    verb.add_option("FILE", *path, "profile")->required();
    verb.callback([path, &exit_code] {
        const Result<OpenedProfile> opened = [&] {
            const Progress progress{"reading " + *path};
            return open_profile(*path);
        }();
        exit_code = opened ? finish(report::info(opened->profile, stdout_style()), opened->damage)
                           : fail(exit_code::unreadable, opened.error().message());
    });
}

}  // namespace pyprof::cli
