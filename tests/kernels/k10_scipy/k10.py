"""K10: SciPy's compiled quadrature, which calls an integrand in Python."""

from scipy import integrate
from truth import Truth

truth = Truth("K10")


def integrand(x):
    total = 0.0
    for i in range(2000):
        total += x * i
    return total


for _ in truth.rounds():
    with truth.phase("quadrature", symbol="integrand"):
        for _ in range(10):
            integrate.quad(integrand, 0.0, 1.0)
    with truth.phase("spline"):
        integrate.quad(abs, 0.0, 1.0)
        integrate.simpson([i * 0.5 for i in range(40000)], dx=0.1)

print("K10 done")
