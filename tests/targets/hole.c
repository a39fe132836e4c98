// An object that the linker puts two megabytes away from the rest of its program, as huge pages want it.
__attribute__((aligned(1 << 21), used)) static char hole[1 << 21];
