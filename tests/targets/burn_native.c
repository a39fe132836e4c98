// A program without any Python: `burn_native SECONDS` keeps two named functions busy for so much CPU time.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static volatile double sink;

__attribute__((noinline)) static void inner_native(int count)
{
    double sum = 0;
    for (int i = 1; i < count; ++i) sum += 1.0 / i;
    sink = sum;
}

__attribute__((noinline)) static void burn_native(double seconds)
{
    const clock_t end = clock() + (clock_t)(seconds * CLOCKS_PER_SEC);
    while (clock() < end) inner_native(100000);
}

int main(int count, char **words)
{
    burn_native(count > 1 ? atof(words[1]) : 1.0);
    puts("native done");
    return 0;
}
