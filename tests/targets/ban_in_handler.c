// Preloaded behind the agent, so that the agent's sigaction() is the one below: ends the process with abort() when a
// sampling handler allocates, locks, calls the dynamic linker, or does input or output through libc. The dynamic twin
// of the rule `signal symbols`. BAN_CHECK=1 makes each handler call malloc, to see that it is noticed.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static __thread volatile int handlers_inside __attribute__((tls_model("initial-exec")));
static atomic_int handlers;
static int checks;

static void say(const char* text) { syscall(SYS_write, 2, text, strlen(text)); }

static void check(const char* name) {
    if (handlers_inside == 0) return;
    handlers_inside = 0;
    say("called in a handler: ");
    say(name);
    say("\n");
    abort();
}

// The handlers of the agent's signals: SIGSTKFLT, or a real-time signal where a program uses that.
enum { first_signal = 40, last_signal = 64 };

static int is_agents(int signal) { return signal == SIGSTKFLT || (signal >= first_signal && signal <= last_signal); }

static void (*real_handlers[last_signal + 1])(int, siginfo_t*, void*);

static void run_handler(int signal, siginfo_t* info, void* context) {
    ++handlers_inside;
    if (checks) {
        void* volatile memory = malloc(1);
        free(memory);
    }
    real_handlers[signal](signal, info, context);
    --handlers_inside;
    atomic_fetch_add(&handlers, 1);
}

int sigaction(int signal, const struct sigaction* action, struct sigaction* old) {
    static int (*real)(int, const struct sigaction*, struct sigaction*);
    check("sigaction");
    if (real == NULL) real = (int (*)(int, const struct sigaction*, struct sigaction*))dlsym(RTLD_NEXT, "sigaction");
    if (action == NULL || !is_agents(signal) || !(action->sa_flags & SA_SIGINFO))
        return real(signal, action, old);
    struct sigaction wrapped = *action;
    real_handlers[signal] = action->sa_sigaction;
    wrapped.sa_sigaction = run_handler;
    return real(signal, &wrapped, old);
}

#define BANNED(type, name, parameters, arguments)                             \
    type name parameters {                                                    \
        static type(*real) parameters;                                        \
        check(#name);                                                         \
        if (real == NULL) real = (type(*) parameters)dlsym(RTLD_NEXT, #name); \
        return real arguments;                                                \
    }

// dlsym may allocate, so what it needs has another way to libc.
extern void* __libc_malloc(size_t);
extern void* __libc_calloc(size_t, size_t);
extern void* __libc_realloc(void*, size_t);
extern void __libc_free(void*);
void* malloc(size_t bytes) {
    check("malloc");
    return __libc_malloc(bytes);
}
void* calloc(size_t count, size_t bytes) {
    check("calloc");
    return __libc_calloc(count, bytes);
}
void* realloc(void* memory, size_t bytes) {
    check("realloc");
    return __libc_realloc(memory, bytes);
}
void free(void* memory) {
    check("free");
    __libc_free(memory);
}
BANNED(int, posix_memalign, (void** memory, size_t alignment, size_t bytes), (memory, alignment, bytes))
BANNED(void*, aligned_alloc, (size_t alignment, size_t bytes), (alignment, bytes))
BANNED(int, pthread_mutex_lock, (pthread_mutex_t * mutex), (mutex))
BANNED(int, pthread_mutex_trylock, (pthread_mutex_t * mutex), (mutex))
BANNED(int, pthread_rwlock_rdlock, (pthread_rwlock_t * lock), (lock))
BANNED(int, pthread_rwlock_wrlock, (pthread_rwlock_t * lock), (lock))
BANNED(int, pthread_cond_signal, (pthread_cond_t * condition), (condition))
BANNED(int, pthread_once, (pthread_once_t * once, void (*run)(void)), (once, run))
BANNED(int, pthread_getattr_np, (pthread_t thread, pthread_attr_t* attributes), (thread, attributes))
BANNED(int, pthread_setspecific, (pthread_key_t key, const void* value), (key, value))
BANNED(int, dl_iterate_phdr, (int (*visit)(struct dl_phdr_info*, size_t, void*), void* data), (visit, data))
BANNED(int, dladdr, (const void* address, Dl_info* info), (address, info))
BANNED(FILE*, fopen, (const char* path, const char* mode), (path, mode))
BANNED(int, fflush, (FILE * file), (file))
BANNED(int, puts, (const char* text), (text))
BANNED(ssize_t, write, (int file, const void* from, size_t bytes), (file, from, bytes))
BANNED(ssize_t, read, (int file, void* into, size_t bytes), (file, into, bytes))
BANNED(int, close, (int file), (file))
BANNED(void*, mmap, (void* at, size_t bytes, int protection, int flags, int file, off_t offset),
       (at, bytes, protection, flags, file, offset))
BANNED(int, munmap, (void* at, size_t bytes), (at, bytes))
BANNED(int, poll, (struct pollfd * files, nfds_t count, int timeout), (files, count, timeout))
BANNED(int, nanosleep, (const struct timespec* time, struct timespec* left), (time, left))
BANNED(char*, getenv, (const char* name), (name))

__attribute__((constructor)) static void load(void) { checks = getenv("BAN_CHECK") != NULL; }

__attribute__((destructor)) static void unload(void) {
    char text[64];
    snprintf(text, sizeof text, "handlers watched: %d\n", atomic_load(&handlers));
    if (atomic_load(&handlers) != 0) say(text);
}
