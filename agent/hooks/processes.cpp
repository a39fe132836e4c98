// Ways in which a process ends or becomes another program without running destructors.
#include <alloca.h>
#include <cstddef>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/hooks/exported.h"
#include "agent/hooks/real.h"
#include "agent/preload/agent.h"

namespace {

namespace preload = pyprof::preload;
using pyprof::wire::ProcessState;

// `exec` returns only if it failed.
template <class Exec>
int replace_process(Exec exec) {
    preload::end_process(ProcessState::replaced_by_exec);
    const int result = exec();
    preload::resume_process();
    return result;
}

// The words of a call that lists them, the last one null. So many there are, that one included.
std::size_t count_words(const char* first, va_list& list) {
    std::size_t count = 1;
    for (const char* word = first; word != nullptr; word = va_arg(list, const char*)) ++count;
    return count;
}

void take_words(const char* first, va_list& list, char** words) {
    *words = const_cast<char*>(first);
    while (*words != nullptr) *++words = va_arg(list, char*);
}

}  // namespace

// An array of the words, on the stack of the function it is used in: a child of vfork may allocate nothing.
#define PYPROF_WORDS(words, first, list)                                                        \
    va_list list;                                                                               \
    va_start(list, first);                                                                      \
    auto** const words = static_cast<char**>(alloca(count_words(first, list) * sizeof(char*))); \
    va_end(list);                                                                               \
    va_start(list, first);                                                                      \
    take_words(first, list, words)

extern "C" PYPROF_EXPORTED void _exit(int status) {
    preload::end_process(ProcessState::exited);
    PYPROF_REAL(_exit)(status);
    __builtin_unreachable();
}

extern "C" PYPROF_EXPORTED void _Exit(int status) {
    preload::end_process(ProcessState::exited);
    PYPROF_REAL(_exit)(status);
    __builtin_unreachable();
}

extern "C" PYPROF_EXPORTED int execve(const char* path, char* const arguments[], char* const environment[]) noexcept {
    return replace_process([&] { return PYPROF_REAL(execve)(path, arguments, environment); });
}

extern "C" PYPROF_EXPORTED int execv(const char* path, char* const arguments[]) noexcept {
    return replace_process([&] { return PYPROF_REAL(execv)(path, arguments); });
}

extern "C" PYPROF_EXPORTED int execvp(const char* file, char* const arguments[]) noexcept {
    return replace_process([&] { return PYPROF_REAL(execvp)(file, arguments); });
}

extern "C" PYPROF_EXPORTED int execvpe(const char* file, char* const arguments[], char* const environment[]) noexcept {
    return replace_process([&] { return PYPROF_REAL(execvpe)(file, arguments, environment); });
}

extern "C" PYPROF_EXPORTED int fexecve(int fd, char* const arguments[], char* const environment[]) noexcept {
    return replace_process([&] { return PYPROF_REAL(fexecve)(fd, arguments, environment); });
}

// By the kernel's own call: glibc has a function for it only since 2.34.
extern "C" PYPROF_EXPORTED int execveat(int folder, const char* path, char* const arguments[],
                                        char* const environment[], int flags) noexcept {
    return replace_process(
        [&] { return static_cast<int>(syscall(SYS_execveat, folder, path, arguments, environment, flags)); });
}

extern "C" PYPROF_EXPORTED int execl(const char* path, const char* first, ...) noexcept {
    PYPROF_WORDS(words, first, list);
    va_end(list);
    return replace_process([&] { return PYPROF_REAL(execv)(path, words); });
}

extern "C" PYPROF_EXPORTED int execlp(const char* file, const char* first, ...) noexcept {
    PYPROF_WORDS(words, first, list);
    va_end(list);
    return replace_process([&] { return PYPROF_REAL(execvp)(file, words); });
}

extern "C" PYPROF_EXPORTED int execle(const char* path, const char* first, ...) noexcept {
    PYPROF_WORDS(words, first, list);
    char* const* const environment = va_arg(list, char* const*);  // follows the last word
    va_end(list);
    return replace_process([&] { return PYPROF_REAL(execve)(path, words, environment); });
}
