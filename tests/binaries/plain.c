#include <math.h>
#include <stdlib.h>
#include <string.h>

double shapes_weight(double x);

static __attribute__((noinline)) double inner_step(const double* cells, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += cells[i] * 0.25;
    return sum;
}

static __attribute__((noinline)) void inner_copy(double* to, const double* from, size_t count) {
    memcpy(to, from, count * sizeof *to);
    to[0] = pow(from[0], 1.5);
}

double plain_step(double* cells, int count) {
    double* copy = malloc(sizeof *copy * (size_t)count);
    if (copy == NULL) return 0;
    inner_copy(copy, cells, (size_t)count);
    const double sum = inner_step(copy, count);
    free(copy);
    return sum;
}

double __plain_step(double* cells, int count) __attribute__((alias("plain_step")));

static double chosen_slow(double x) { return x + 1; }
static double chosen_fast(double x) { return x + 2; }
static double (*choose(void))(double) { return getenv("PLAIN_SLOW") == NULL ? chosen_fast : chosen_slow; }
double plain_chosen(double x) __attribute__((ifunc("choose")));

/* Assembly as it is often written: no type, no size, no unwind information. */
__asm__(
    ".text\n"
    ".p2align 4\n"
    ".globl plain_kernel\n"
    "plain_kernel:\n"
    "    movq %rdi, %rax\n"
    "    addq $1, %rax\n"
    "    imulq %rsi, %rax\n"
    "    ret\n"
    ".p2align 4\n"
    ".globl plain_kernel_end\n"
    ".type plain_kernel_end, @function\n"
    "plain_kernel_end:\n"
    "    ret\n"
    ".size plain_kernel_end, .-plain_kernel_end\n");
