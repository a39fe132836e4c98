// A native program that lives awkwardly, one way per mode; each burns CPU time in `work` and prints what it saw.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static double cpu(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static volatile double sink;

__attribute__((noinline)) void work(double seconds) {
    const double end = cpu(CLOCK_THREAD_CPUTIME_ID) + seconds;
    while (cpu(CLOCK_THREAD_CPUTIME_ID) < end)
        for (int i = 0; i < 20000; ++i) sink += 1.0 / (1.0 + i);
}

// Every signal blocked for good, in the main thread and in one that inherits it.
static void* blocked(void* seconds) {
    work(*(double*)seconds);
    return NULL;
}

static int block_all_signals(void) {
    sigset_t all, seen;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    double seconds = 1.1;
    pthread_t thread;
    pthread_create(&thread, NULL, blocked, &seconds);
    work(seconds);
    pthread_join(thread, NULL);
    sigprocmask(SIG_BLOCK, NULL, &seen);
    printf("blocked SIGTERM %d SIGUSR1 %d\n", sigismember(&seen, SIGTERM), sigismember(&seen, SIGUSR1));
    return 0;
}

// The program's own profiling timer keeps its signal and its count.
static volatile sig_atomic_t profiled;
static void on_profile(int signal) {
    (void)signal;
    ++profiled;
}

static int own_sigprof(void) {
    signal(SIGPROF, on_profile);
    const struct itimerval each = {{0, 20000}, {0, 20000}};
    setitimer(ITIMER_PROF, &each, NULL);
    work(2.1);
    const struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_PROF, &never, NULL);
    printf("own timer %s\n", profiled > 50 ? "fired" : "was lost");
    return 0;
}

// A handler that never returns, some thousand times a second: some of them while another handler runs.
static sigjmp_buf back;
static void jump_back(int signal) {
    (void)signal;
    siglongjmp(back, 1);
}

static int jump_out_of_handlers(void) {
    const double end = cpu(CLOCK_THREAD_CPUTIME_ID) + 2;
    const struct itimerval often = {{0, 300}, {0, 300}}, never = {{0, 0}, {0, 0}};
    signal(SIGALRM, jump_back);
    if (sigsetjmp(back, 1) == 0) setitimer(ITIMER_REAL, &often, NULL);
    while (cpu(CLOCK_THREAD_CPUTIME_ID) < end) work(0.1);
    setitimer(ITIMER_REAL, &never, NULL);
    puts("jumped");
    return 0;
}

static void* leave_early(void* unused) {
    (void)unused;
    work(0.002);
    pthread_exit(NULL);
}

static int many_threads(void) {
    for (int i = 0; i < 1000; ++i) {
        pthread_t thread;
        pthread_create(&thread, NULL, leave_early, NULL);
        pthread_join(thread, NULL);
    }
    printf("1000 threads\n");
    return 0;
}

// A thread that no pthread_create made and that has no thread-local storage of its own.
static int bare_clone(void* unused) {
    (void)unused;
    work(2.1);
    return 0;
}

static int clone_thread(void) {
    char* stack = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    static volatile pid_t tid = 1;
    clone(bare_clone, stack + (1 << 20),
          CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID, NULL,
          NULL, NULL, (pid_t*)&tid);
    while (tid != 0) work(0.01);
    printf("clone ended\n");
    return 0;
}

// A child that vforks and fails to exec; its exit status.
__attribute__((noinline)) static int fail_in_child(char* const words[]) {
    const pid_t child = vfork();
    if (child == 0) {
        execvp("/nonexistent", words);
        _exit(9);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WEXITSTATUS(status);
}

// exec that fails, again and again, between work.
static int failing_exec(const char* self) {
    (void)self;
    char* const words[] = {"nothing", NULL};
    for (int i = 0; i < 10; ++i) {
        execv("/nonexistent", words);
        if (errno != ENOENT) return 1;
        work(0.1);
        if (fail_in_child(words) != 9) return 2;
        work(0.11);
    }
    printf("still here\n");
    return 0;
}

// Becomes itself again, so many times, by each function that lists the words or takes a folder.
static int become_again(const char* self, int times) {
    work(0.02);
    if (times == 0) {
        printf("became itself\n");
        return 0;
    }
    char left[16];
    snprintf(left, sizeof left, "%d", times - 1);
    char* const words[] = {(char*)self, "become", left, NULL};
    switch (times % 4) {
        case 0:
            execl(self, self, "become", left, (char*)NULL);
            break;
        case 1:
            execlp(self, self, "become", left, (char*)NULL);
            break;
        case 2:
            execle(self, self, "become", left, (char*)NULL, environ);
            break;
        default:
            execveat(AT_FDCWD, self, words, environ, 0);
    }
    return 1;
}

// A library loaded by a bare name that only the caller's RUNPATH leads to.
static int find_by_runpath(void) {
    void* library = dlopen("liblife_plugin.so", RTLD_NOW);
    printf("%s\n", library != NULL ? "found by RUNPATH" : dlerror());
    if (library == NULL) return 1;
    double (*value)(double) = (double (*)(double))dlsym(library, "plugin_work");
    sink += value(2.1);
    dlclose(library);
    return 0;
}

// Code without unwind information: the stack above it is scanned for its caller.
__asm__(
    ".text\n.type spin_without_cfi, @function\nspin_without_cfi:\n"
    "    pushq %rbx\n    subq $512, %rsp\n"
    "0:  decq %rdi\n    jnz 0b\n"
    "    addq $512, %rsp\n    popq %rbx\n    ret\n"
    ".size spin_without_cfi, .-spin_without_cfi\n");
void spin_without_cfi(long rounds);

static double call_plugin(const char* file, const char* function, double seconds) {
    void* library = dlopen(file, RTLD_NOW);
    if (library == NULL) {
        printf("%s\n", dlerror());
        exit(1);
    }
    const double value = ((double (*)(double))dlsym(library, function))(seconds);
    dlclose(library);
    return value;
}

static atomic_int storm_over;

static void* stand_in_storm(void* unused) {
    (void)unused;
    while (!storm_over) {
        spin_without_cfi(2000000);
        work(0.001);
    }
    return NULL;
}

// Two libraries come and go, each in the other's place, while another thread works.
static int storm(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, stand_in_storm, NULL);
    const double end = cpu(CLOCK_THREAD_CPUTIME_ID) + 2.1;
    for (int i = 0; cpu(CLOCK_THREAD_CPUTIME_ID) < end; ++i) {
        const double seconds = i % 50 == 0 ? 0.03 : 0;
        sink += call_plugin("liblife_plugin.so", "plugin_work", seconds);
        sink += call_plugin("liblife_other.so", "other_work", 2 * seconds);
    }
    storm_over = 1;
    pthread_join(thread, NULL);
    printf("storm over\n");
    return 0;
}

__attribute__((noinline)) static double through_plugin(double seconds) {
    return 1 + call_plugin("liblife_plugin.so", "plugin_nap", seconds);
}

__attribute__((noinline)) static double through_other(double seconds) {
    return 1 + call_plugin("liblife_other.so", "other_nap", 2 * seconds);
}

// Naps in libraries that come and go, most shorter than anybody can look; the last one leaves while it is looked at.
static void* nap_in_libraries(void* unused) {
    (void)unused;
    const double end = cpu(CLOCK_MONOTONIC) + 3;
    for (int i = 0; cpu(CLOCK_MONOTONIC) < end; ++i) {
        const double seconds = i % 20 == 0 ? 0.01 : 0.0001 * (i % 5);
        sink += through_plugin(seconds) + through_other(seconds);
    }
    return NULL;
}

// A fibre's stack is gone as soon as the fibre has napped; the next one lies in its place.
static ucontext_t main_context, fibre_context;

__attribute__((noinline)) static void short_fibre(void) {
    usleep(300);
    sink += 1;
}

__attribute__((noinline)) static void long_fibre(void) {
    volatile char room[3000];
    room[0] = 0;
    usleep(10000);
    sink += room[0];
}

static void* nap_on_fibres(void* unused) {
    (void)unused;
    const size_t bytes = 1 << 16;
    const double end = cpu(CLOCK_MONOTONIC) + 3;
    for (int i = 0; cpu(CLOCK_MONOTONIC) < end; ++i) {
        getcontext(&fibre_context);
        fibre_context.uc_stack.ss_size = bytes;
        fibre_context.uc_stack.ss_sp = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        fibre_context.uc_link = &main_context;
        makecontext(&fibre_context, i % 10 == 0 ? long_fibre : short_fibre, 0);
        swapcontext(&main_context, &fibre_context);
        munmap(fibre_context.uc_stack.ss_sp, bytes);
    }
    return NULL;
}

static int naps(void) {
    pthread_t threads[2];
    pthread_create(&threads[0], NULL, nap_in_libraries, NULL);
    pthread_create(&threads[1], NULL, nap_on_fibres, NULL);
    for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
    printf("naps over\n");
    return 0;
}

// An interpreter that arrives with a library, out of sight of RTLD_DEFAULT.
static int host_python(const char* path) {
    void* python = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (python == NULL) {
        printf("%s\n", dlerror());
        return 1;
    }
    void (*initialize)(int) = (void (*)(int))dlsym(python, "Py_InitializeEx");
    int (*run)(const char*) = (int (*)(const char*))dlsym(python, "PyRun_SimpleString");
    int (*finalize)(void) = (int (*)(void))dlsym(python, "Py_FinalizeEx");
    initialize(1);
    run("import time\n"
        "def inner():\n"
        "    end = time.thread_time() + 2.1\n"
        "    while time.thread_time() < end:\n"
        "        sum(i * i for i in range(1000))\n"
        "inner()\n"
        "print('hosted', flush=True)\n");
    return finalize();
}

int main(int count, char** words) {
    const char* mode = count > 1 ? words[1] : "";
    if (strcmp(mode, "blocked") == 0) return block_all_signals();
    if (strcmp(mode, "sigprof") == 0) return own_sigprof();
    if (strcmp(mode, "jumps") == 0) return jump_out_of_handlers();
    if (strcmp(mode, "threads") == 0) return many_threads();
    if (strcmp(mode, "clone") == 0) return clone_thread();
    if (strcmp(mode, "exec") == 0) return failing_exec(words[0]);
    if (strcmp(mode, "become") == 0 && count > 2) return become_again(words[0], atoi(words[2]));
    if (strcmp(mode, "runpath") == 0) return find_by_runpath();
    if (strcmp(mode, "storm") == 0) return storm();
    if (strcmp(mode, "naps") == 0) return naps();
    if (strcmp(mode, "host") == 0 && count > 2) return host_python(words[2]);
    fprintf(stderr, "usage: life blocked|sigprof|threads|clone|exec|become TIMES|runpath|storm|naps|host LIBPYTHON\n");
    return 2;
}
