/* Single steps through a signal handler of a running process, with all registers before each: what handler_footprint.py
   counts. single_steps PID SIGNAL SAMPLES FOLDER: takes each 300th signal, so that the sampler, which spares a program
   whose samples are slow, does not spare this one; writes FOLDER/steps.N (user_regs_struct) and FOLDER/maps. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

enum { every = 300, most_steps = 200000 };

static void fail(const char* what) {
    fprintf(stderr, "single_steps: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int wait_for_stop(pid_t pid) {
    int status = 0;
    if (waitpid(pid, &status, __WALL) != pid) fail("waitpid");
    if (!WIFSTOPPED(status)) fail("the program ended");
    return status;
}

static struct user_regs_struct registers_of(pid_t pid) {
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, pid, 0, &registers) != 0) fail("PTRACE_GETREGS");
    return registers;
}

static void copy_maps(pid_t pid, const char* folder) {
    char from[64], to[4096], line[8192];
    snprintf(from, sizeof from, "/proc/%d/maps", pid);
    snprintf(to, sizeof to, "%s/maps", folder);
    FILE *in = fopen(from, "r"), *out = fopen(to, "w");
    if (in == NULL || out == NULL) fail(to);
    while (fgets(line, sizeof line, in) != NULL) fputs(line, out);
    fclose(in);
    fclose(out);
}

/* From the delivery of the signal until the interrupted instruction is reached again. */
static void step_through(pid_t pid, long signal, const char* folder, int number) {
    char path[4096];
    snprintf(path, sizeof path, "%s/steps.%d", folder, number);
    FILE* out = fopen(path, "w");
    if (out == NULL) fail(path);
    const struct user_regs_struct home = registers_of(pid);
    for (int i = 0; i < most_steps; ++i) {
        if (ptrace(PTRACE_SINGLESTEP, pid, 0, i == 0 ? signal : 0) != 0) fail("PTRACE_SINGLESTEP");
        wait_for_stop(pid);
        const struct user_regs_struct now = registers_of(pid);
        if (now.rip == home.rip && now.rsp == home.rsp) break;
        fwrite(&now, sizeof now, 1, out);
    }
    fclose(out);
}

int main(int argc, char** argv) {
    if (argc != 5) return fputs("usage: single_steps PID SIGNAL SAMPLES FOLDER\n", stderr), 2;
    const pid_t pid = atoi(argv[1]);
    const long wanted = atol(argv[2]);
    const int samples = atoi(argv[3]);
    if (ptrace(PTRACE_SEIZE, pid, 0, 0) != 0) fail("PTRACE_SEIZE");
    for (int taken = 0, seen = 0; taken < samples;) {
        const int status = wait_for_stop(pid);
        const long signal = status >> 16 == 0 ? WSTOPSIG(status) : 0;
        if (signal == wanted && ++seen % every == 0) {
            step_through(pid, signal, argv[4], taken++);
            ptrace(PTRACE_CONT, pid, 0, 0);
        } else {
            ptrace(PTRACE_CONT, pid, 0, signal);
        }
    }
    copy_maps(pid, argv[4]);
    return 0;
}
