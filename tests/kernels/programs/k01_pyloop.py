"""K01: a list is filled by append, in a module's own code and in a function, where names are looked up differently."""

from truth import Truth

truth = Truth("K01")


def fill(count):
    numbers = []
    for i in range(count):
        numbers.append(i)
    return numbers


count = 800_000
for _ in truth.rounds():
    with truth.phase("function"):
        fill(count)
    with truth.phase("module"):
        numbers = []
        for i in range(count):
            numbers.append(i)
    with truth.phase("freed"):
        del numbers

print("K01 done")
