// A library whose debugging information goes in circles: a function whose next sibling is itself, and one that is its own
// abstract origin. What a damaged or hostile file may hold (DWARF 5, x86-64).
        .text
        .globl cyclic_first
        .type cyclic_first, @function
cyclic_first:
.Lbegin:
        nop
        ret
.Lend:
        .size cyclic_first, . - cyclic_first

        .section .debug_abbrev, "", @progbits
.Labbrev:
        .uleb128 1              // a unit with children: its name, its code
        .uleb128 0x11
        .byte 1
        .uleb128 0x03, 0x08
        .uleb128 0x11, 0x01
        .uleb128 0x12, 0x07
        .byte 0, 0
        .uleb128 2              // a function with children: where its sibling is, its origin, its code
        .uleb128 0x2e
        .byte 1
        .uleb128 0x01, 0x13
        .uleb128 0x31, 0x13
        .uleb128 0x11, 0x01
        .uleb128 0x12, 0x07
        .byte 0, 0
        .byte 0

        .section .debug_info, "", @progbits
.Lunit:
        .long .Lunit_end - .Lversion
.Lversion:
        .value 5
        .byte 1, 8
        .long .Labbrev
        .uleb128 1
        .asciz "cyclic.S"
        .quad .Lbegin
        .quad .Lend - .Lbegin
.Lfunction:
        .uleb128 2
        .long .Lfunction - .Lunit
        .long .Lfunction - .Lunit
        .quad .Lbegin
        .quad .Lend - .Lbegin
        .byte 0
        .byte 0
.Lunit_end:
        .section .note.GNU-stack, "", @progbits
