"""K43: an import storm: 300 modules made for it, in the folder that is the first argument; some take their time."""

import importlib
import pathlib
import sys

from truth import Truth

truth = Truth("K43")
folder = pathlib.Path(sys.argv[1])
package = folder / "storm"
package.mkdir(parents=True)
(package / "__init__.py").write_text("")
work = "value = sum([i * i for i in range({count})])\n"
for number in range(300):
    body = "".join(f"def f{i}(x):\n    return x + {i}\n\n" for i in range(20))
    (package / f"m{number}.py").write_text(body + work.format(count=40_000 if number % 10 == 0 else 10))
sys.path.insert(0, str(folder))


def forget():
    for name in [name for name in sys.modules if name.startswith("storm.")]:
        del sys.modules[name]


for _ in truth.rounds():
    forget()
    with truth.phase("modules that compute"):
        for number in range(0, 300, 10):
            importlib.import_module(f"storm.m{number}")
    with truth.phase("modules that define"):
        for number in range(1, 300, 2):
            importlib.import_module(f"storm.m{number}")

print("K43 done")
