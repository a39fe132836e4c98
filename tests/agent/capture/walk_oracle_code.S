// Code whose unwind information is written by hand, for the tests of the walker.
    .text

// void pyprof_test_set_trap_flag(): from the next instruction on, each one raises SIGTRAP.
    .globl pyprof_test_set_trap_flag
    .type pyprof_test_set_trap_flag, @function
pyprof_test_set_trap_flag:
    .cfi_startproc
    pushfq
    .cfi_adjust_cfa_offset 8
    orq $0x100, (%rsp)
    popfq
    .cfi_adjust_cfa_offset -8
    ret
    .cfi_endproc
    .size pyprof_test_set_trap_flag, . - pyprof_test_set_trap_flag

    .globl pyprof_test_clear_trap_flag
    .type pyprof_test_clear_trap_flag, @function
pyprof_test_clear_trap_flag:
    .cfi_startproc
    pushfq
    .cfi_adjust_cfa_offset 8
    andq $~0x100, (%rsp)
    popfq
    .cfi_adjust_cfa_offset -8
    ret
    .cfi_endproc
    .size pyprof_test_clear_trap_flag, . - pyprof_test_clear_trap_flag

// void pyprof_test_call_bare(void (*f)(void*), void* argument): calls f from a frame without unwind information, as
// hand-written kernels do, with a saved register and a local between.
    .globl pyprof_test_call_bare
    .type pyprof_test_call_bare, @function
pyprof_test_call_bare:
    pushq %rbp
    movl $0x1234, %ebp
    subq $64, %rsp
    movq %rdi, %rax
    movq %rsi, %rdi
    call *%rax
    addq $64, %rsp
    popq %rbp
    ret
    .size pyprof_test_call_bare, . - pyprof_test_call_bare

// The same with %rbp at its eight words of locals.
    .globl pyprof_test_call_bare_at_rbp
    .type pyprof_test_call_bare_at_rbp, @function
pyprof_test_call_bare_at_rbp:
    pushq %rbp
    subq $64, %rsp
    movq %rsp, %rbp
    movq %rdi, %rax
    movq %rsi, %rdi
    call *%rax
    addq $64, %rsp
    popq %rbp
    ret
    .size pyprof_test_call_bare_at_rbp, . - pyprof_test_call_bare_at_rbp

// A function with a frame pointer that calls one without unwind information; never run. The label is the return address.
    .globl pyprof_test_after_call_with_rbp
    .type pyprof_test_caller_with_rbp, @function
pyprof_test_caller_with_rbp:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    call pyprof_test_call_bare
pyprof_test_after_call_with_rbp:
    popq %rbp
    .cfi_def_cfa %rsp, 8
    ret
    .cfi_endproc
    .size pyprof_test_caller_with_rbp, . - pyprof_test_caller_with_rbp

// A function with a frame of four words that calls one with unwind information and one without; never run. The labels
// are the two return addresses.
    .globl pyprof_test_after_known_call
    .globl pyprof_test_after_bare_call
    .type pyprof_test_caller_of_both, @function
pyprof_test_caller_of_both:
    .cfi_startproc
    subq $24, %rsp
    .cfi_adjust_cfa_offset 24
    call pyprof_test_call_by_rbx
pyprof_test_after_known_call:
    call pyprof_test_call_bare
pyprof_test_after_bare_call:
    addq $24, %rsp
    .cfi_adjust_cfa_offset -24
    ret
    .cfi_endproc
    .size pyprof_test_caller_of_both, . - pyprof_test_caller_of_both

// void pyprof_test_call_by_rbx(void (*f)(void*), void* argument): a frame whose CFA is in rbx, as the lazy binder's.
    .globl pyprof_test_call_by_rbx
    .type pyprof_test_call_by_rbx, @function
pyprof_test_call_by_rbx:
    .cfi_startproc
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset %rbx, 0
    movq %rsp, %rbx
    .cfi_def_cfa_register %rbx
    subq $200, %rsp
    andq $-64, %rsp
    movq %rdi, %rax
    movq %rsi, %rdi
    call *%rax
    movq %rbx, %rsp
    .cfi_def_cfa_register %rsp
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore %rbx
    ret
    .cfi_endproc
    .size pyprof_test_call_by_rbx, . - pyprof_test_call_by_rbx

    .section .note.GNU-stack, "", @progbits
