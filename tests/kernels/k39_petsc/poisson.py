"""The five-point Laplacian of a square plate whose edge is zero, as a matrix that PETSc assembles: K39 and K40."""

import numpy as np


def rows_of_laplacian(side, first, end):
    """(row pointers, columns, values) of the rows first … end - 1 of the matrix for side × side cells."""
    cells = np.arange(first, end)
    i, j = cells % side, cells // side
    columns = np.stack([cells - side, cells - 1, cells, cells + 1, cells + side], axis=1)
    values = np.broadcast_to([-1.0, -1.0, 4.0, -1.0, -1.0], columns.shape)
    exists = np.stack([j > 0, i > 0, i >= 0, i < side - 1, j < side - 1], axis=1)
    pointers = np.concatenate([[0], np.cumsum(exists.sum(axis=1))])
    return pointers.astype("i4"), columns[exists].astype("i4"), values[exists]


def assembled(PETSc, side):
    """The matrix, in as many strips as there are ranks."""
    matrix = PETSc.Mat().create()
    matrix.setSizes(side * side)
    matrix.setType("aij")
    matrix.setUp()
    first, end = matrix.getOwnershipRange()
    matrix = PETSc.Mat().createAIJ([(end - first, side * side)] * 2, csr=rows_of_laplacian(side, first, end))
    matrix.assemble()
    return matrix
