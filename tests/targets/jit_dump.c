// Makes machine code and tells of it in a jitdump, as a JIT compiler does: a function of two lines whose second takes
// three times as long as the first, and a function that is replaced by another at its place.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { page = 4096, turns = 50000000 };

// count_both(rdi, rsi): counts one down after the other.
static const unsigned char count_both[] = {
    0x48, 0x89, 0xf8,  // mov rax, rdi
    0x48, 0xff, 0xc8,  // dec rax
    0x75, 0xfb,        // jnz back to dec
    0x48, 0x89, 0xf0,  // mov rax, rsi
    0x48, 0xff, 0xc8, 0x75, 0xfb,
    0xc3,  // ret
};
enum { second_line_at = 8, count_one_bytes = 9 };

static FILE* dump;

static void put(uint64_t value, size_t bytes) { fwrite(&value, bytes, 1, dump); }

static void put_head(uint32_t kind, size_t bytes) {
    put(kind, 4);
    put(16 + bytes, 4);
    put(0, 8);
}

static void put_header(void) {
    const uint32_t words[] = {0x4A695444, 1, 40, 62, 0, (uint32_t)getpid()};
    fwrite(words, sizeof words, 1, dump);
    put(0, 8);
    put(0, 8);
}

static void put_lines(uint64_t code) {
    const char* file = "/src/made_at_run_time.lang";
    put_head(2, 16 + 2 * 16 + strlen(file) + 1 + 2);
    put(code, 8);
    put(2, 8);
    put(code, 8), put(10, 4), put(0, 4), fwrite(file, strlen(file) + 1, 1, dump);
    put(code + second_line_at, 8), put(20, 4), put(0, 4), fwrite("\xff", 2, 1, dump);
}

static void put_load(const void* code, size_t bytes, const char* name) {
    static uint64_t number;
    put_head(0, 40 + strlen(name) + 1 + bytes);
    put((uint64_t)getpid() << 32 | (uint32_t)getpid(), 8);
    put((uint64_t)code, 8), put((uint64_t)code, 8), put(bytes, 8), put(++number, 8);
    fwrite(name, strlen(name) + 1, 1, dump);
    fwrite(code, bytes, 1, dump);
}

typedef void (*Count)(uint64_t, uint64_t);

// Calls it until it has taken so much of the thread's time.
static void call(const char* code, double seconds, uint64_t second) {
    struct timespec end, now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
    const double until = (double)end.tv_sec + (double)end.tv_nsec / 1e9 + seconds;
    do {
        ((Count)code)(turns, second);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    } while ((double)now.tv_sec + (double)now.tv_nsec / 1e9 < until);
}

int main(void) {
    char* code = mmap(NULL, page, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char path[64];
    snprintf(path, sizeof path, "jit-%d.dump", (int)getpid());
    dump = fopen(path, "w");
    if (code == MAP_FAILED || dump == NULL) return 1;
    put_header();
    memcpy(code, count_both, sizeof count_both);
    put_lines((uint64_t)code);
    put_load(code, sizeof count_both, "count both");
    char* const place = code + 256;
    memcpy(place, count_both, second_line_at);
    place[second_line_at] = (char)0xc3;
    put_load(place, count_one_bytes, "replaced");
    fflush(dump);

    call(code, 1, 3ULL * turns);
    call(place, 0.2, 0);
    put_load(place, count_one_bytes, "count one");
    fclose(dump);
    call(place, 0.2, 0);
    return 0;
}
