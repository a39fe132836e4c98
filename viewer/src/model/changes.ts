// Functions or lines by how much they differ between two sides: the lists of `pyprof diff`, from the values in the page.
import {type Change, delta, isNotable, relative} from './change.ts';
import {f64, u32} from './columns.ts';
import {changeIn, type Contrast, type ContrastSide, forEachOfSide} from './contrast.ts';
import {subtreeEnds} from './flat.ts';
import {lineKeys} from './lines.ts';
import type {ContextId, LocationId, Profile} from './profile.ts';
import type {Granularity, Workers} from './selection.ts';
import {innermostPython, shownContexts} from './shown.ts';

export interface ChangeRow {
  /** A location of the function; of a line, the line itself. */
  readonly location: LocationId;
  /** Exclusive; of a Python function or line with the native code that it calls directly. */
  readonly own: Change;
  /** Inclusive, recursion counted once. */
  readonly total: Change;
  /** What all ranks of the larger job have together beyond those of the smaller one, where means of ranks are shown. */
  readonly loss: number | undefined;
  /** The context with most of the total on either side, to show when the row is opened. */
  readonly heaviest: ContextId;
}

/** Those with time of their own on either side; the largest change of it first. */
export function changeRows(
  profile: Profile,
  contrast: Contrast,
  {granularity, workers}: {readonly granularity: Granularity; readonly workers: Workers},
): ChangeRow[] {
  const keys = keysOf(profile, granularity);
  const places = placesOf(profile, workers);
  const before = sumsOf(profile, contrast.before, contrast.factor, keys, places);
  const after = sumsOf(profile, contrast.after, 1, keys, places);
  const heaviest = heaviestContexts(profile, keys, places, before.byContext, after.byContext);
  return [...heaviest.keys()]
    .filter((key) => u32(heaviest, key) !== 0 && f64(before.own, key) + f64(after.own, key) > 0)
    .map((key): ChangeRow => {
      const change = (figure: 'own' | 'total', samples: 'ownSamples' | 'totalSamples'): Change =>
        changeIn(contrast, f64(before[figure], key), f64(before[samples], key), f64(after[figure], key), f64(after[samples], key));
      const own = change('own', 'ownSamples');
      return {
        location: u32(profile.contexts.location, u32(heaviest, key)) as LocationId,
        own,
        total: change('total', 'totalSamples'),
        loss: contrast.workers && lossOf(own, contrast.workers),
        heaviest: u32(heaviest, key) as ContextId,
      };
    })
    .sort((a, b) => Math.abs(delta(b.own)) - Math.abs(delta(a.own)) || a.location - b.location);
}

/** N × T_N − T_1, whichever side is the larger job. */
function lossOf({before, after}: Change, [first, second]: readonly [number, number]): number {
  const more = second * after - first * before;
  return second > first ? more : -more;
}

interface Keys {
  /** By LocationId; undefined: in no row. */
  readonly of: readonly (number | undefined)[];
  readonly count: number;
}

function keysOf(profile: Profile, granularity: Granularity): Keys {
  const isMachinery = (id: number): boolean => profile.functions[id]?.machinery === true;
  const {keys, count} = granularity === 'line' ? lineKeys(profile) : {keys: undefined, count: profile.functions.length};
  const of = profile.locations.map(({function: id, line}, location) => {
    if (isMachinery(id)) return undefined;
    return keys ? (line > 0 ? u32(keys, location) : undefined) : id;
  });
  return {of, count};
}

/** Where contexts stand, which does not depend on the side. */
interface Places {
  readonly shown: Uint32Array;
  readonly python: Uint32Array;
  readonly ends: Uint32Array;
  /** Whose time is not that of what called it. */
  readonly isBorder: readonly boolean[];
}

function placesOf(profile: Profile, workers: Workers): Places {
  const isBorder = profile.locations.map((one) => workers === 'apart' && profile.functions[one.function]?.workers === true);
  return {shown: shownContexts(profile), python: innermostPython(profile), ends: subtreeEnds(profile), isBorder};
}

interface SideSums {
  readonly own: Float64Array;
  readonly ownSamples: Float64Array;
  readonly total: Float64Array;
  readonly totalSamples: Float64Array;
  /** Inclusive weights. */
  readonly byContext: Float64Array;
}

function sumsOf(profile: Profile, side: ContrastSide, factor: number, keys: Keys, places: Places): SideSums {
  const {count, location} = profile.contexts;
  const [weights, samples] = [new Float64Array(count), new Float64Array(count)];
  const [own, ownSamples, total, totalSamples] = [0, 1, 2, 3].map(() => new Float64Array(keys.count)) as [
    Float64Array, Float64Array, Float64Array, Float64Array,
  ];
  const isPython = profile.locations.map((one) => profile.functions[one.function]?.domain === 'python');
  const addOwn = (context: number, weight: number, number: number): void => {
    const key = context === 0 ? undefined : keys.of[u32(location, context)];
    if (key === undefined) return;
    own[key] = f64(own, key) + weight;
    ownSamples[key] = f64(ownSamples, key) + number;
  };
  forEachOfSide(side, (context, unscaled, number) => {
    const weight = factor * unscaled;
    const [at, inner] = [u32(places.shown, context), u32(places.python, context)];
    weights[at] = f64(weights, at) + weight;
    samples[at] = f64(samples, at) + number;
    addOwn(inner, weight, number);
    if (at !== 0 && !isPython[u32(location, at)]) addOwn(at, weight, number);
  });
  addUp(profile, places, weights);
  addUp(profile, places, samples);
  forEachOutermost(profile, keys, places, (key, context) => {
    total[key] = f64(total, key) + f64(weights, context);
    totalSamples[key] = f64(totalSamples, key) + f64(samples, context);
  });
  return {own, ownSamples, total, totalSamples, byContext: weights};
}

function addUp({contexts: {count, parent, location}}: Profile, {isBorder}: Places, figures: Float64Array): void {
  for (let i = count - 1; i > 0; i--) {
    if (!isBorder[u32(location, i)]) figures[u32(parent, i)] = f64(figures, u32(parent, i)) + f64(figures, i);
  }
}

/** Contexts that are not below another one of their row. */
function forEachOutermost(profile: Profile, keys: Keys, {ends}: Places, step: (key: number, context: number) => void): void {
  const {count, location} = profile.contexts;
  const activeEnd = new Uint32Array(keys.count);
  for (let i = 1; i < count; i++) {
    const key = keys.of[u32(location, i)];
    if (key === undefined || i < u32(activeEnd, key)) continue;
    activeEnd[key] = u32(ends, i);
    step(key, i);
  }
}

function heaviestContexts(profile: Profile, keys: Keys, places: Places, before: Float64Array, after: Float64Array): Uint32Array {
  const heaviest = new Uint32Array(keys.count);
  const weight = (context: number): number => Math.max(f64(before, context), f64(after, context));
  forEachOutermost(profile, keys, places, (key, context) => {
    if (u32(heaviest, key) === 0 || weight(context) > weight(u32(heaviest, key))) heaviest[key] = context;
  });
  return heaviest;
}

/** How a list of changes is sorted. */
export const changeKeys = ['delta', 'before', 'after', 'relative', 'total', 'loss', 'name'] as const;
export type ChangeKey = (typeof changeKeys)[number];

/** Numbers from large to small (changes by their size), names from A to Z. */
export function sortChanges(rows: readonly ChangeRow[], key: ChangeKey, nameOf: (row: ChangeRow) => string): ChangeRow[] {
  if (key === 'name') {
    const names = new Map(rows.map((row) => [row, nameOf(row)]));
    return [...rows].sort((a, b) => ((names.get(a) ?? '') < (names.get(b) ?? '') ? -1 : 1));
  }
  const figure: Readonly<Record<Exclude<ChangeKey, 'name'>, (row: ChangeRow) => number>> = {
    delta: (row) => Math.abs(delta(row.own)),
    before: (row) => row.own.before,
    after: (row) => row.own.after,
    relative: (row) => Math.abs(relative(row.own)),
    total: (row) => Math.abs(delta(row.total)),
    loss: (row) => Math.abs(row.loss ?? 0),
  };
  return [...rows].sort((a, b) => figure[key](b) - figure[key](a));
}

export const notableRows = (rows: readonly ChangeRow[], whole: Change): ChangeRow[] => rows.filter((row) => isNotable(row.own, whole));
