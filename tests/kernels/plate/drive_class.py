"""K19 and K20: drive the class Plate of a compiled module, whose folder and name are the arguments."""

import importlib
import sys

from truth import Truth

folder, name = sys.argv[1:]
sys.path.insert(0, folder)
module = importlib.import_module(name)

truth = Truth(name.upper())
plate = module.Plate(20000)
for _ in truth.rounds():
    with truth.phase("call of relax"):
        plate.relax(400)
    with truth.phase("call of energy"):
        plate.energy(1500)

print(truth.kernel, "done")
