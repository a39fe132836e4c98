// K18: the same C library through SWIG.
%module k18
%{
#include "plate.h"
%}
%include "plate.h"
