// Two sides of a difference, whatever they are: contrast_choice.ts makes them.
import {type Change, changeOf, type Judged} from './change.ts';
import {f64, u32} from './columns.ts';
import type {Values} from './profile.ts';

/** One of the two sides, as values. */
export interface ContrastSide {
  readonly name: string;
  readonly values: Values;
  /** By ThreadId: 1 if its values belong here; undefined: all do. */
  readonly threads: Uint8Array | undefined;
}

export interface Contrast {
  readonly before: ContrastSide;
  readonly after: ContrastSide;
  /** A weight of `before` in the unit in which the tree has those of `after`. */
  readonly factor: number;
  /** A weight of the tree as it is shown. */
  readonly shown: number;
  readonly judged: readonly [Judged, Judged];
  /** Where means of ranks are shown: how many ranks each side has. */
  readonly workers: readonly [number, number] | undefined;
}

/** Calls `step` with each value of a side. */
export function forEachOfSide(side: ContrastSide, step: (context: number, weight: number, samples: number) => void): void {
  const {values, threads} = side;
  for (let row = 0; row < values.count; row++) {
    if (threads && threads[u32(values.thread, row)] !== 1) continue;
    step(u32(values.context, row), f64(values.weight, row), u32(values.samples, row));
  }
}

/** Both weights in the unit of the tree. */
export function changeIn(
  {shown, judged}: Contrast,
  before: number,
  samplesBefore: number,
  after: number,
  samplesAfter: number,
): Change {
  return changeOf({value: shown * before, samples: samplesBefore}, {value: shown * after, samples: samplesAfter}, judged);
}

/** Of the two sides as wholes. */
export function totalChange(contrast: Contrast): Change {
  const sum = (side: ContrastSide): {weight: number; samples: number} => {
    const total = {weight: 0, samples: 0};
    forEachOfSide(side, (_, weight, samples) => {
      total.weight += weight;
      total.samples += samples;
    });
    return total;
  };
  const [before, after] = [sum(contrast.before), sum(contrast.after)];
  return changeIn(contrast, contrast.factor * before.weight, before.samples, after.weight, after.samples);
}
