// The program that runs another one under cProfile, in the program. Found through the include path (the top folder).
    .section .rodata
    .global pyprof_run_traced
    .global pyprof_run_traced_end
pyprof_run_traced:
    .incbin "src/cli/run_traced.py"
pyprof_run_traced_end:
    .section .note.GNU-stack, "", %progbits
