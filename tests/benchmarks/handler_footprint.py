#!/usr/bin/python3
"""How many lines and pages of memory one sample touches, counted by single steps through the handler of a running program
(NumPy and BLAS below ten Python frames). Says where time goes between cold caches, where a clock says only how much.
Wants Capstone (python3-capstone) for the addresses of data. Usage: handler_footprint.py [SAMPLES]"""

import collections
import pathlib
import statistics
import struct
import subprocess
import sys
import time

import measure

try:
    import capstone
except ImportError:
    sys.exit("handler_footprint.py: Capstone is missing: apt-get install python3-capstone, and run it with /usr/bin/python3")

line_shift, page_shift = 6, 12
engine_signal = 16  # SIGSTKFLT
program = measure.top / "tests/benchmarks/programs/numpy_below.py"
registers = struct.Struct("<27Q")  # user_regs_struct
register_names = ("r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base "
                  "ds es fs gs").split()
# Implied memory operands: (base register, displacement).
implied = {"push": ("rsp", -8), "call": ("rsp", -8), "pop": ("rsp", 0), "ret": ("rsp", 0)}


class Memory:
    """What lies where in the program that was traced."""

    def __init__(self, maps):
        self.ranges = []
        for line in maps.splitlines():
            words = line.split(maxsplit=5)
            begin, end = (int(word, 16) for word in words[0].split("-"))
            self.ranges.append((begin, end, int(words[2], 16), words[5] if len(words) > 5 else ""))
        self.files = {}

    def find(self, address):
        return next((each for each in self.ranges if each[0] <= address < each[1]), (0, 0, 0, ""))

    def code(self, address):
        begin, _, offset, path = self.find(address)
        if not path.startswith("/"):
            return b""
        if path not in self.files:
            self.files[path] = pathlib.Path(path).read_bytes()
        at = address - begin + offset
        return self.files[path][at:at + 16]

    def is_agent(self, address):
        return "pyprof-agent" in self.find(address)[3]


class Decoder:
    def __init__(self, memory):
        self.memory = memory
        self.engine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
        self.engine.detail = True
        self.known = {}

    def operands(self, address):
        """(mnemonic, [(base, index, scale, displacement, segment, bytes)]) of the instruction there."""
        if address not in self.known:
            found = next(self.engine.disasm(self.memory.code(address), address, 1), None)
            self.known[address] = ("", []) if found is None else (found.mnemonic, self.of(found))
        return self.known[address]

    def of(self, instruction):
        name = instruction.reg_name
        if instruction.mnemonic in ("lea", "nop"):
            return []
        found = [(*(name(each) if each else None for each in (op.mem.base, op.mem.index)), op.mem.scale,
                  op.mem.disp + (instruction.size if op.mem.base and name(op.mem.base) == "rip" else 0),
                  name(op.mem.segment) if op.mem.segment else None, max(op.size, 1))
                 for op in instruction.operands if op.type == capstone.x86.X86_OP_MEM]
        if instruction.mnemonic in implied:
            base, displacement = implied[instruction.mnemonic]
            found.append((base, None, 1, displacement, None, 8))
        return found


def addresses(operand, state):
    base, index, scale, displacement, segment, size = operand
    at = state.get(base, 0) + state.get(index, 0) * scale + displacement + (state["fs_base"] if segment == "fs" else 0)
    first = at & (1 << 64) - 1
    return {first >> line_shift, first + size - 1 >> line_shift}


def footprint(path, decoder):
    """Of one sample: instructions, system calls, and sets of lines: code, data, and what is asked for in advance."""
    code, data, expected, count = set(), set(), set(), collections.Counter()
    content = path.read_bytes()
    for values in registers.iter_unpack(content[:len(content) // registers.size * registers.size]):
        state = dict(zip(register_names, values))
        mnemonic, operands = decoder.operands(state["rip"])
        code.add(state["rip"] >> line_shift)
        count["instructions"] += 1
        count["system calls"] += mnemonic == "syscall"
        for operand in operands:
            (expected if mnemonic.startswith("prefetch") else data).update(addresses(operand, state))
    return count, code, data, expected


def pages(lines):
    return len({line >> page_shift - line_shift for line in lines})


def trace(folder, samples):
    """Runs the program under pyprof and steps through samples of it."""
    command = [measure.pyprof, "-q", "-o", folder / "run.pyprof", "--", measure.python3, program, samples * 4 + 30]
    run = subprocess.Popen([str(word) for word in command], env=measure.clean_environment())
    time.sleep(3)
    child = pathlib.Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    python = next(pid for pid in child if program.name.encode() in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes())
    try:
        subprocess.run([measure.build / "tests/single_steps", python, str(engine_signal), str(samples), folder], check=True,
                       timeout=samples * 20 + 60)
    finally:
        run.terminate()
        run.wait()


def main():
    samples = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with measure.Folder() as folder:
        trace(folder, samples)
        decoder = Decoder(Memory((folder / "maps").read_text()))
        found = [footprint(folder / f"steps.{i}", decoder) for i in range(samples)]
    found = [each for each in found if each[0]["instructions"] > 1000]  # not those that were spared
    rows, figures = [], {}
    for name, figure in {
            "instructions": lambda count, *_: count["instructions"],
            "system calls": lambda count, *_: count["system calls"],
            "lines of code": lambda _, code, *__: len(code),
            "pages of code": lambda _, code, *__: pages(code),
            "lines of data": lambda _, __, data, ___: len(data),
            "pages of data": lambda _, __, data, ___: pages(data),
            "lines asked for in advance": lambda *each: len(each[3]),
            "lines touched that were not": lambda _, code, data, expected: len((code | data) - expected)}.items():
        figures[name] = [figure(*each) for each in found]
        rows.append([name, f"{statistics.median(figures[name]):.0f} ({min(figures[name])} … {max(figures[name])})"])
    measure.append("handler_cost", f"what {len(found)} samples touched, by single steps", ["of a sample", "median"], rows, figures)


if __name__ == "__main__":
    main()
