// The built viewer, in the program: g++ 12 has no #embed. Found through the include path (the top folder).
    .section .rodata
    .global pyprof_viewer_page
    .global pyprof_viewer_page_end
pyprof_viewer_page:
    .incbin "viewer/dist/viewer.html"
pyprof_viewer_page_end:
    .section .note.GNU-stack, "", %progbits
