// What each function or line cost, without a tree: contexts stand in preorder, so those below one are a range.
import {f64, u32} from './columns.ts';
import {lineKeys} from './lines.ts';
import type {ContextId, LocationId, Profile} from './profile.ts';
import {onceForContexts} from './remembered.ts';
import type {Granularity, Selection} from './selection.ts';
import {forEachValue, shownContexts} from './shown.ts';

export interface FlatRow {
  /** A location of the function; with granularity `line`, the line itself. */
  readonly location: LocationId;
  readonly self: number;
  /** Recursion counts once. */
  readonly total: number;
  /** The context that holds most of the total, to show when the row is opened. */
  readonly heaviest: ContextId;
}

/** The largest own weights first. Of the selection only the metric, threads and workers count. */
export function flatRows(profile: Profile, selection: Selection, granularity: Granularity): FlatRow[] {
  const {count, location} = profile.contexts;
  const keyOf =
    granularity === 'line'
      ? lineKeys(profile)
      : {keys: Uint32Array.from(profile.locations, (one) => one.function), count: profile.functions.length};
  const {self, total} = weights(profile, selection);
  const ends = subtreeEnds(profile);
  const machinery = profile.locations.map((one) => profile.functions[one.function]?.machinery === true);
  const sums = {self: new Float64Array(keyOf.count), total: new Float64Array(keyOf.count)};
  const activeEnd = new Uint32Array(keyOf.count);
  const heaviest = new Uint32Array(keyOf.count);
  for (let i = 1; i < count; i++) {
    if (f64(total, i) === 0) continue;
    const id = u32(location, i);
    if (machinery[id]) continue;
    const key = u32(keyOf.keys, id);
    sums.self[key] = f64(sums.self, key) + f64(self, i);
    if (i < u32(activeEnd, key)) continue;
    activeEnd[key] = u32(ends, i);
    sums.total[key] = f64(sums.total, key) + f64(total, i);
    if (u32(heaviest, key) === 0 || f64(total, i) > f64(total, u32(heaviest, key))) heaviest[key] = i;
  }
  return [...heaviest.keys()]
    .filter((key) => u32(heaviest, key) !== 0)
    .map((key): FlatRow => ({
      location: u32(location, u32(heaviest, key)) as LocationId,
      self: f64(sums.self, key),
      total: f64(sums.total, key),
      heaviest: u32(heaviest, key) as ContextId,
    }))
    .sort((a, b) => b.self - a.self || b.total - a.total);
}

/** Of contexts, those of machinery with their callers; what stands below the border to worker threads is no part of its
 * caller's total where these stand apart. */
function weights(profile: Profile, selection: Selection): {self: Float64Array; total: Float64Array} {
  const {count, parent, location} = profile.contexts;
  const shown = shownContexts(profile);
  const self = new Float64Array(count);
  forEachValue(profile, selection, (context, weight) => {
    const at = u32(shown, context);
    self[at] = f64(self, at) + weight;
  });
  const isBorder = profile.locations.map(
    (one) => selection.workers === 'apart' && profile.functions[one.function]?.workers === true,
  );
  const total = self.slice();
  for (let i = count - 1; i > 0; i--) {
    if (f64(total, i) > 0 && !isBorder[u32(location, i)]) total[u32(parent, i)] = f64(total, u32(parent, i)) + f64(total, i);
  }
  return {self, total};
}

/** One past the last context below each. */
export const subtreeEnds = onceForContexts(({contexts: {count, parent}}): Uint32Array => {
  const ends = Uint32Array.from({length: count}, (_, i) => i + 1);
  for (let i = count - 1; i > 0; i--) ends[u32(parent, i)] = Math.max(u32(ends, u32(parent, i)), u32(ends, i));
  return ends;
});
