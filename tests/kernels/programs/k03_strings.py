"""K03: numbers become text: by str, by a format, and joined. No NumPy, so that any interpreter runs it."""

from truth import Truth

truth = Truth("K03")
count = 150_000


def as_text(count):
    texts = []
    for i in range(count):
        texts.append(str(i))
    return texts


for _ in truth.rounds():
    with truth.phase("by str"):
        as_text(count)
    with truth.phase("by str in a comprehension"):
        [str(i) for i in range(count)]
    with truth.phase("by a format"):
        [f"{i:08d}" for i in range(count)]
    with truth.phase("joined"):
        ",".join(map(str, range(count)))

print("K03 done")
