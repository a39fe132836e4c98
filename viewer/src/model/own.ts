// What a line cost by itself: a Python line with the native code that it calls without another Python function between,
// as the screen of `pyprof report` has it; a native line its exclusive value.
import {f64, u32} from './columns.ts';
import {lineKeys} from './lines.ts';
import type {LocationId, Profile} from './profile.ts';
import type {Selection} from './selection.ts';
import {forEachValue, functionAt, innermostPython, shownContexts} from './shown.ts';

/** By context. */
export function ownWeights(profile: Profile, selection: Selection): Float64Array {
  const own = new Float64Array(profile.contexts.count);
  const shown = shownContexts(profile);
  const python = innermostPython(profile);
  forEachValue(profile, selection, (context, weight) => {
    const [inner, at] = [u32(python, context), u32(shown, context)];
    if (inner !== 0) own[inner] = f64(own, inner) + weight;
    if (at !== inner && at !== 0) own[at] = f64(own, at) + weight;
  });
  return own;
}

export interface HotLine {
  readonly location: LocationId;
  readonly own: number;
}

/** Python's lines, or where none has time the native ones, the most first. */
export function hotLines(profile: Profile, selection: Selection): HotLine[] {
  const own = ownWeights(profile, selection);
  const python = linesOf(profile, own, (context) => functionAt(profile, context)?.domain === 'python');
  return python.length > 0 ? python : linesOf(profile, own, () => true);
}

function linesOf(profile: Profile, own: Float64Array, isWanted: (context: number) => boolean): HotLine[] {
  const {keys, count} = lineKeys(profile);
  const sums = new Float64Array(count);
  const first = new Map<number, LocationId>();
  for (let i = 1; i < own.length; i++) {
    const location = u32(profile.contexts.location, i) as LocationId;
    if (f64(own, i) === 0 || profile.locations[location]?.line === 0 || !isWanted(i)) continue;
    const key = u32(keys, location);
    if (!first.has(key)) first.set(key, location);
    sums[key] = f64(sums, key) + f64(own, i);
  }
  return [...first]
    .map(([key, location]) => ({location, own: f64(sums, key)}))
    .sort((a, b) => b.own - a.own || a.location - b.location);
}
