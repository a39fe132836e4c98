"""K04: heat in a plate of lists, the double loop of every first course; saved as text now and then."""

import io

from truth import Truth

truth = Truth("K04")
size = 120


def evolve(u, previous, diffusion):
    for i in range(1, size - 1):
        for j in range(1, size - 1):
            u[i][j] = previous[i][j] + diffusion * (previous[i - 1][j] + previous[i + 1][j] + previous[i][j - 1]
                                                    + previous[i][j + 1] - 4 * previous[i][j])


def copied(u):
    return [[value for value in row] for row in u]


def saved(u):
    text = io.StringIO()
    for row in u:
        text.write(" ".join([f"{value:.6f}" for value in row]) + "\n")
    return text.getvalue()


u = [[float(i == 0) for j in range(size)] for i in range(size)]
for _ in truth.rounds():
    with truth.phase("evolve"):
        for _ in range(6):
            previous = u
            u = [row[:] for row in previous]
            evolve(u, previous, 0.2)
    with truth.phase("copy"):
        for _ in range(40):
            copied(u)
    with truth.phase("save"):
        for _ in range(4):
            saved(u)

print("K04 done", u[1][size // 2] > 0)
