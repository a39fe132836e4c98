// The compiled work of the kernels K14, K15 and K18: a rod of cells that a binding calls from Python.
enum { plate_length = 20000 };

// Moves every cell towards its neighbours so many times.
void plate_relax(long sweeps);

// The sum of all squares, so many times added up.
double plate_energy(long times);
