"""K12: pandas groups and joins a table, PyTables writes one in compressed chunks and reads it back."""

import numpy as np
import pandas
import tables

from truth import Truth

truth = Truth("K12")
random = np.random.default_rng(12)
rows = 400_000
frame = pandas.DataFrame({"site": random.integers(0, 500, rows), "value": random.random(rows)})
sites = pandas.DataFrame({"site": np.arange(500), "weight": random.random(500)})
measurements = np.zeros(rows // 2, dtype=[("site", "i4"), ("value", "f8")])
measurements["site"] = frame["site"][:len(measurements)]
measurements["value"] = frame["value"][:len(measurements)].round(2)
compressed = tables.Filters(complevel=4, complib="zlib")
medians, total = None, 0.0

for _ in truth.rounds():
    with truth.phase("median of groups"):
        for _ in range(4):
            medians = frame.groupby("site")["value"].median()
    with truth.phase("join"):
        for _ in range(2):
            total += frame.merge(sites, on="site")["weight"].sum()
    with truth.phase("compressed write"):
        with tables.open_file("measurements.h5", "w") as file:
            file.create_table("/", "measurements", measurements, filters=compressed)
    with truth.phase("compressed read"):
        for _ in range(4):
            with tables.open_file("measurements.h5") as file:
                total += file.root.measurements.read()["value"].sum()

print("K12 done", len(medians), np.isfinite(total))
