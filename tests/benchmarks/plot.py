#!/usr/bin/python3
"""Draws docs/benchmarks/whole_program.svg from the latest result of each program and rate in whole_program.jsonl."""

import json

import measure

width, row, left, right, head, foot = 720, 26, 190, 20, 30, 34
colours = {"empty": "#8a8f98", "agent": "#c2410c"}


def latest():
    """(program, rate) -> kind -> (median, low, high) of the CPU time added, in %."""
    found = {}
    for line in open(measure.results / "whole_program.jsonl"):
        result = json.loads(line)
        for program, figures in result["programs"].items():
            found[program, result["rate"]] = {kind: measure.median_with_interval(figures["added_percent"][kind])
                                              for kind in colours}
    return found


def text(x, y, words, anchor="start", colour="#333"):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def main():
    results = latest()
    values = [value for kinds in results.values() for interval in kinds.values() for value in interval]
    low, high = min(-1.0, *values), max(1.0, *values)
    height = head + foot + row * 2 * len(results)

    def x_of(value):
        return left + (value - low) / (high - low) * (width - left - right)

    marks = []
    step = max(1, round((high - low) / 8))
    for value in range(int(low), int(high) + 1, step):
        x = x_of(value)
        marks += [f'<path d="M{x:.1f} {head}V{height - foot}" stroke="{"#999" if value == 0 else "#e3e3e3"}"/>',
                  text(x, height - foot + 16, f"{value} %", "middle")]
    y = head + row / 2
    for (program, rate), kinds in results.items():
        marks.append(text(left - 10, y + row / 2 + 4, f"{program}, {rate} Hz asked", "end"))
        for kind, (median, from_, to) in kinds.items():
            marks += [f'<path d="M{x_of(from_):.1f} {y:.1f}H{x_of(to):.1f}" stroke="{colours[kind]}" stroke-width="3"/>',
                      f'<circle cx="{x_of(median):.1f}" cy="{y:.1f}" r="5" fill="{colours[kind]}"/>']
            y += row
    legend = [text(left, 18, "empty handler", colour=colours["empty"]), text(left + 110, 18, "agent", colour=colours["agent"]),
              text(width - right, 18, "CPU time added: median and 95 % interval", "end")]
    svg = "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
                     'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="#fff"/>',
                     *legend, *marks, "</svg>", ""])
    (measure.results / "whole_program.svg").write_text(svg)


if __name__ == "__main__":
    main()
