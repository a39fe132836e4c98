#include "cli/outcome.h"

#include "cli/messages.h"
#include "cli/terminal.h"

namespace pyprof::cli {

int fail(int exit_code, const std::string& message) {
    say(message);
    return exit_code;
}

int finish(const std::string& text, const std::string& damage) {
    const Status printed = print(text);
    if (!printed) return fail(exit_code::usage, printed.error().message());
    return damage.empty() ? exit_code::success : fail(exit_code::unreadable, damage);
}

}  // namespace pyprof::cli
