// Compute kernels: native and JIT-compiled functions that did work for a Python line, with the lines that called for it.
import {f64, u32} from './columns.ts';
import type {FunctionId, Profile, Values} from './profile.ts';
import type {Selection} from './selection.ts';
import {innermostPython, isKernels, shownContexts} from './shown.ts';
import {selectedThreads} from './tree.ts';

export interface KernelCaller {
  readonly function: FunctionId;
  readonly line: number;
  /** The part of the kernel's own weight. */
  readonly weight: number;
}

export interface Kernel {
  readonly function: FunctionId;
  /** The line with most of its own weight, 0 unknown. */
  readonly line: number;
  /** Own value of each of the profile's metrics. */
  readonly figures: readonly number[];
  readonly samples: number;
  readonly byGroup: Float64Array;
  /** Most first. */
  readonly callers: readonly KernelCaller[];
}

/** The largest by the selected metric first. */
export function kernelsOf(profile: Profile, selection: Selection): Kernel[] {
  const kernels = new Map<number, Growing>();
  const places = new Places(profile);
  const selected = selectedThreads(profile, selection);
  profile.metrics.forEach((_, metric) => {
    const values = profile.valuesOf(metric);
    for (let row = 0; row < values.count; row++) {
      const context = u32(places.shown, u32(values.context, row));
      if (selected[u32(values.thread, row)] === 0 || !isKernels(u32(profile.contexts.use, context))) continue;
      const id = places.functionAt(context);
      const kernel = kernels.get(id) ?? new Growing(profile);
      kernels.set(id, kernel);
      kernel.add(profile, places, metric, values, row, metric === selection.metric, context);
    }
  });
  return [...kernels]
    .map(([id, kernel]) => kernel.finish(id as FunctionId))
    .filter((kernel) => kernel.callers.length > 0)
    .sort((a, b) => (b.figures[selection.metric] ?? 0) - (a.figures[selection.metric] ?? 0) || a.function - b.function);
}

/** Where contexts are. */
class Places {
  readonly shown: Uint32Array;
  readonly python: Uint32Array;

  constructor(private readonly profile: Profile) {
    this.shown = shownContexts(profile);
    this.python = innermostPython(profile);
  }

  location(context: number): {readonly function: number; readonly line: number} {
    return this.profile.locations[u32(this.profile.contexts.location, context)] ?? {function: 0, line: 0};
  }

  functionAt(context: number): number {
    return this.location(context).function;
  }
}

const functions = 2 ** 26;

class Growing {
  private readonly figures: number[];
  private readonly byGroup: Float64Array;
  private readonly callers = new Map<number, number>();
  private readonly lines = new Map<number, number>();
  private samples = 0;

  constructor(profile: Profile) {
    this.figures = profile.metrics.map(() => 0);
    this.byGroup = new Float64Array(profile.groups.length);
  }

  add(
    profile: Profile,
    places: Places,
    metric: number,
    values: Values,
    row: number,
    isMain: boolean,
    context: number,
  ): void {
    const weight = f64(values.weight, row);
    this.figures[metric] = (this.figures[metric] ?? 0) + weight;
    this.samples += u32(values.samples, row);
    if (!isMain) return;
    const group = u32(profile.groupOfThread, u32(values.thread, row));
    this.byGroup[group] = f64(this.byGroup, group) + weight;
    const {line} = places.location(context);
    if (line > 0) this.lines.set(line, (this.lines.get(line) ?? 0) + weight);
    const python = u32(places.python, context);
    if (python === 0) return;
    const caller = places.location(python);
    const key = caller.line * functions + caller.function;
    this.callers.set(key, (this.callers.get(key) ?? 0) + weight);
  }

  finish(id: FunctionId): Kernel {
    const callers = [...this.callers].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    const [heaviest] = [...this.lines].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
    return {
      function: id,
      line: heaviest?.[0] ?? 0,
      figures: this.figures,
      samples: this.samples,
      byGroup: this.byGroup,
      callers: callers.map(([key, weight]) => ({
        function: (key % functions) as FunctionId,
        line: Math.floor(key / functions),
        weight,
      })),
    };
  }
}

/** Nothing where the denominator is 0. */
export function ratioValue(ratio: Profile['ratios'][number], figures: readonly number[]): number | undefined {
  const denominator = figures[ratio.denominator] ?? 0;
  return denominator === 0 ? undefined : (ratio.scale * (figures[ratio.numerator] ?? 0)) / denominator;
}
