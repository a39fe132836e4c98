// How a figure differs between ranks, and the functions that differ most.
import {f64, u32} from './columns.ts';
import type {FunctionId, GroupId, Profile} from './profile.ts';
import type {Selection} from './selection.ts';
import {forEachValue, shownContexts} from './shown.ts';

/** Of the ranks alone: groups without one are left out, unless there are no ranks. */
export function comparedGroups(profile: Profile): GroupId[] {
  const ids = profile.groups.map((_, id) => id as GroupId);
  return profile.run.ranks > 0 ? ids.filter((id) => (profile.groups[id]?.rank ?? -1) >= 0) : ids;
}

export interface Imbalance {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  /** Standard deviation over the groups. */
  readonly sigma: number;
  /** Index into the figures. */
  readonly argmin: number;
  readonly argmax: number;
  /** What all others wait if each waits for the largest: (max − mean) × how many. */
  readonly lost: number;
}

export function imbalanceOf(figures: Float64Array): Imbalance {
  let [argmin, argmax, sum, squares] = [0, 0, 0, 0];
  figures.forEach((figure, i) => {
    sum += figure;
    if (figure < f64(figures, argmin)) argmin = i;
    if (figure > f64(figures, argmax)) argmax = i;
  });
  const mean = figures.length > 0 ? sum / figures.length : 0;
  for (const figure of figures) squares += (figure - mean) ** 2;
  const max = figures[argmax] ?? 0;
  return {
    min: figures[argmin] ?? 0,
    mean,
    max,
    sigma: figures.length > 0 ? Math.sqrt(squares / figures.length) : 0,
    argmin,
    argmax,
    lost: (max - mean) * figures.length,
  };
}

export interface RankRow {
  readonly function: FunctionId;
  /** Own weight on each of the compared groups. */
  readonly figures: Float64Array;
  readonly imbalance: Imbalance;
}

/** Candidates: differences of what is small are small. */
const mostFunctions = 400;

/** The functions with the largest own weights, those that lose most to imbalance first. All ranks, whichever is selected. */
export function rankRows(profile: Profile, selection: Selection, groups: readonly GroupId[]): RankRow[] {
  const everyone = {...selection, group: undefined, thread: undefined};
  const shown = shownContexts(profile);
  const {location} = profile.contexts;
  const functionOf = (context: number): number => {
    const at = u32(shown, context);
    return at === 0 ? -1 : (profile.locations[u32(location, at)]?.function ?? -1);
  };
  const totals = new Float64Array(profile.functions.length);
  forEachValue(profile, everyone, (context, weight) => {
    const id = functionOf(context);
    if (id >= 0) totals[id] = f64(totals, id) + weight;
  });
  const heaviest = [...totals.keys()]
    .filter((id) => f64(totals, id) > 0)
    .sort((a, b) => f64(totals, b) - f64(totals, a))
    .slice(0, mostFunctions);
  const rowOf = new Map(heaviest.map((id, row) => [id, row]));
  const columnOf = new Map(groups.map((group, column) => [group as number, column]));
  const figures = heaviest.map(() => new Float64Array(groups.length));
  forEachValue(profile, everyone, (context, weight, thread) => {
    const row = figures[rowOf.get(functionOf(context)) ?? -1];
    const column = columnOf.get(u32(profile.groupOfThread, thread));
    if (row && column !== undefined) row[column] = f64(row, column) + weight;
  });
  return figures
    .map((row, i) => ({function: (heaviest[i] ?? 0) as FunctionId, figures: row, imbalance: imbalanceOf(row)}))
    .sort((a, b) => b.imbalance.lost - a.imbalance.lost || a.function - b.function);
}

/** How many figures lie in each of `bins` parts of the range from the least to the most. */
export function histogram(figures: Float64Array, bins: number): Uint32Array {
  const counts = new Uint32Array(bins);
  const {min, max} = imbalanceOf(figures);
  const width = (max - min) / bins || 1;
  for (const figure of figures) {
    const bin = Math.min(bins - 1, Math.floor((figure - min) / width));
    counts[bin] = u32(counts, bin) + 1;
  }
  return counts;
}
