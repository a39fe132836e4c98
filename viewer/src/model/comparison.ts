// A tracing profiler's counts beside the samples: the document of `compare --json` with what a page needs besides
// (docs/formats/html.md). Times are seconds of one run; null: that side does not have it.
import {checked, optional} from './checked.ts';
import {f64, u32} from './columns.ts';
import {require} from './decode_error.ts';
import type {FunctionId, Profile} from './profile.ts';
import {everything} from './selection.ts';
import {forEachValue, innermostPython} from './shown.ts';
import {visible} from './text.ts';

type Maybe<T> = T | null | undefined;

export interface TracedRanks {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  readonly argmin: number;
  readonly argmax: number;
}

export interface ComparedFunction {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly ncalls: Maybe<number>;
  readonly builtin_calls: number;
  readonly cprofile_self_s: Maybe<number>;
  readonly cprofile_builtin_s: Maybe<number>;
  readonly cprofile_total_s: Maybe<number>;
  readonly samples: number;
  readonly sampled_self_s: number;
  readonly sampled_self_ci_s: readonly number[];
  readonly sampled_total_s: number;
  readonly split: Readonly<Record<string, Maybe<number>>>;
  readonly inflation: Maybe<number>;
  readonly tax_per_call_s: Maybe<number>;
  readonly flags: readonly string[];
  readonly builtins: readonly {readonly name: string; readonly cprofile_self_s: number; readonly ncalls: Maybe<number>}[];
  readonly native: readonly {readonly name: string; readonly sampled_s: number}[];
  readonly ranks: Maybe<TracedRanks>;
  readonly id: Maybe<FunctionId>;
}

export interface ComparedLine {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly hits: Maybe<number>;
  readonly time_s: Maybe<number>;
  readonly samples: number;
  readonly sampled_s: number;
  readonly sampled_ci_s: readonly number[];
  readonly inflation: Maybe<number>;
  readonly id: Maybe<FunctionId>;
}

export interface Comparison {
  /** Fit to be shown. */
  readonly tracer: string;
  readonly facts: readonly string[];
  readonly legend: readonly string[];
  /** Over all functions that both sides have, where it is clear. */
  readonly tax_per_call_s: Maybe<number>;
  /** By the larger of both own times, largest first. */
  readonly functions: readonly ComparedFunction[];
  /** Of line_profiler; then there are no functions. */
  readonly lines: readonly ComparedLine[];
}

const id = 0 as FunctionId;

const example: Comparison = {
  tracer: '',
  facts: [''],
  legend: [''],
  tax_per_call_s: optional(0),
  functions: [{
    name: '', file: '', line: 0, ncalls: optional(0), builtin_calls: 0, cprofile_self_s: optional(0), cprofile_builtin_s: optional(0),
    cprofile_total_s: optional(0), samples: 0, sampled_self_s: 0, sampled_self_ci_s: [0], sampled_total_s: 0,
    split: {python: optional(0), native: optional(0), mpi: optional(0), io: optional(0), gil: optional(0), gc: optional(0), idle: optional(0)},
    inflation: optional(0), tax_per_call_s: optional(0), flags: [''], builtins: [{name: '', cprofile_self_s: 0, ncalls: optional(0)}],
    native: [{name: '', sampled_s: 0}], ranks: optional({min: 0, mean: 0, max: 0, argmin: 0, argmax: 0}), id: optional(id),
  }],
  lines: [{
    file: '', line: 0, function: '', hits: optional(0), time_s: optional(0), samples: 0, sampled_s: 0, sampled_ci_s: [0],
    inflation: optional(0), id: optional(id),
  }],
};

export function readComparison(section: unknown, functionCount: number): Comparison {
  const comparison = checked(section as Comparison, example, 'comparison');
  for (const row of [...comparison.functions, ...comparison.lines]) {
    const known = row.id;
    require(typeof known !== 'number' || (Number.isInteger(known) && known >= 0 && known < functionCount), 'a comparison of no function');
  }
  comparison.functions.forEach((row) => require(row.sampled_self_ci_s.length === 2, 'an interval without ends'));
  comparison.lines.forEach((row) => require(row.sampled_ci_s.length === 2, 'an interval without ends'));
  return {...comparison, tracer: visible(comparison.tracer)};
}

/** What compares with the samples, which cannot tell which time is a built-in function's. */
export const tracedSelf = (row: ComparedFunction): number => (row.cprofile_self_s ?? 0) + (row.cprofile_builtin_s ?? 0);

export const callsOf = (row: ComparedFunction): number => (row.ncalls ?? 0) + row.builtin_calls;

/** Half of the interval of the samples. */
export const halfOf = ([low = 0, high = 0]: readonly number[]): number => (high - low) / 2;

/** Its own time if each call were charged alike: an estimate. */
export function withoutTax(row: ComparedFunction, tax: number): number {
  return Math.max(0, tracedSelf(row) - tax * callsOf(row));
}

export interface Point {
  /** Index of the function. */
  readonly row: number;
  /** Calls for each second of samples. */
  readonly calls: number;
  readonly inflation: number;
}

/** Functions of which a ratio is known. */
export function pointsOf(functions: readonly ComparedFunction[]): Point[] {
  return functions.flatMap((row, index) =>
    typeof row.inflation === 'number' && row.inflation > 0 && row.sampled_self_s > 0 && callsOf(row) > 0
      ? [{row: index, calls: callsOf(row) / row.sampled_self_s, inflation: row.inflation}]
      : [],
  );
}

/** Of functions of which a ratio is known: places by the tracer's and by the samples' own times, from 1. */
export function placesOf(functions: readonly ComparedFunction[]): Map<number, {traced: number; sampled: number}> {
  const known = functions.map((_, i) => i).filter((i) => typeof functions[i]?.inflation === 'number');
  const order = (figure: (row: ComparedFunction) => number): Map<number, number> => {
    const value = (i: number): number => figure(functions[i] as ComparedFunction);
    return new Map([...known].sort((a, b) => value(b) - value(a) || a - b).map((row, place) => [row, place + 1]));
  };
  const [traced, sampled] = [order(tracedSelf), order((row) => row.sampled_self_s)];
  return new Map(known.map((i) => [i, {traced: traced.get(i) ?? 0, sampled: sampled.get(i) ?? 0}]));
}

/** Own time of a Python function, with the native code that it calls, in each group. */
export function ownByGroup(profile: Profile, fn: FunctionId): Float64Array {
  const python = innermostPython(profile);
  const sums = new Float64Array(profile.groups.length);
  forEachValue(profile, everything, (context, weight, thread) => {
    const inner = u32(python, context);
    if (inner === 0 || profile.locations[u32(profile.contexts.location, inner)]?.function !== fn) return;
    const group = u32(profile.groupOfThread, thread);
    sums[group] = f64(sums, group) + weight;
  });
  return sums;
}

/** How the list is sorted; `larger`: by the larger of both own times. */
export const comparedKeys = ['larger', 'calls', 'traced', 'sampled', 'inflation', 'tax', 'name'] as const;
export type ComparedKey = (typeof comparedKeys)[number];

/** Indices; numbers from large to small, names from A to Z. What is unknown comes last. */
export function sortedRows(functions: readonly ComparedFunction[], key: ComparedKey): number[] {
  const figures: Readonly<Record<Exclude<ComparedKey, 'name'>, (row: ComparedFunction) => number>> = {
    larger: (row) => Math.max(tracedSelf(row), row.sampled_self_s),
    calls: (row) => row.ncalls ?? -1,
    traced: tracedSelf,
    sampled: (row) => row.sampled_self_s,
    inflation: (row) => row.inflation ?? -1,
    tax: (row) => row.tax_per_call_s ?? -Infinity,
  };
  const rows = functions.map((_, i) => i);
  const at = (i: number): ComparedFunction => functions[i] as ComparedFunction;
  if (key === 'name') return rows.sort((a, b) => (at(a).name < at(b).name ? -1 : at(a).name > at(b).name ? 1 : a - b));
  const figure = figures[key];
  return rows.sort((a, b) => figure(at(b)) - figure(at(a)) || a - b);
}

/** Of the flags in `compare --json`: src/compare/comparison.h. */
export const flagMeanings: Readonly<Record<string, readonly [title: string, meaning: string]>> = {
  overcharged: ['overcharged', 'the tracer’s time is beyond the interval of the samples and a fifth above them'],
  hidden_native: ['hidden native', 'most of its time is compiled code of libraries, which the tracer does not look into'],
  other_thread: ['other thread', 'most of its time is in threads that the tracer does not see'],
  unseen_by_cprofile: ['not traced', 'sampled, never counted'],
  unseen_by_sampling: ['not sampled', 'counted for five sampling periods and more, never sampled'],
  below_resolution: ['few samples', 'fewer than ten: no ratio is given'],
};
