// One explicit step of the heat equation on a strip of rows. The field has one halo row above and one below, so it
// holds rows + 2 rows of `columns` values; the outermost columns are the fixed rim of the plate.
// `weight` is diffusivity × time step / spacing²; the scheme is stable up to 0.25.
void heat_step(const double *restrict field, double *restrict next, long rows, long columns, double weight)
{
    for (long row = 1; row <= rows; ++row) {
        for (long column = 1; column < columns - 1; ++column) {
            const double *here = field + row * columns + column;
            const double around = here[-columns] + here[columns] + here[-1] + here[1];
            next[row * columns + column] = here[0] + weight * (around - 4.0 * here[0]);
        }
    }
}
