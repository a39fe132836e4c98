// A library that exports what PyPy is known by.
extern "C" [[gnu::visibility("default")]] int pypy_execute_source(const char*) { return 0; }
