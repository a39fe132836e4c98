/* Compiled, not linked: what a JIT compiler would have in memory. */
int jit_sample_first(int x) {
    return x * 3 + 1;
}

static int hidden(int x) {
    return x - 7;
}

int jit_sample_second(int x) {
    return hidden(x) + jit_sample_first(x);
}

int jit_sample_data = 5;
