#include "plate.h"

#define TRUTH_KERNEL "plate"
#include "truth.h"

static double cells[plate_length];

void plate_relax(long sweeps)
{
    cells[plate_length / 2] = 100.0;
    TRUTH_BEGIN(relax)
    for (long sweep = 0; sweep < sweeps; ++sweep)
        for (int i = 1; i < plate_length - 1; ++i) {
            cells[i] += 0.25 * (cells[i - 1] + cells[i + 1] - 2.0 * cells[i]);
        }
    TRUTH_END(relax)
}

double plate_energy(long times)
{
    double sum = 0;
    TRUTH_BEGIN(energy)
    for (long pass = 0; pass < times; ++pass)
        for (int i = 0; i < plate_length; ++i) {
            sum += cells[i] * cells[i];
        }
    TRUTH_END(energy)
    return sum;
}
