#pragma once
// Binds the functions that moved into libc.so.6 with glibc 2.32 to 2.34 to the names they always had, so that the agent
// loads on every glibc from 2.17 on. Included by the compiler ahead of every file of the agent; tests/rules/glibc.sh
// checks the result. Versions: the *.abilist files of glibc, sysdeps/unix/sysv/linux/x86_64/64.
__asm__(".symver dlinfo, dlinfo@GLIBC_2.3.3");
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");
__asm__(".symver pthread_attr_getstack, pthread_attr_getstack@GLIBC_2.2.5");
__asm__(".symver pthread_getattr_np, pthread_getattr_np@GLIBC_2.2.5");
__asm__(".symver pthread_once, pthread_once@GLIBC_2.2.5");
__asm__(".symver pthread_setspecific, pthread_setspecific@GLIBC_2.2.5");
