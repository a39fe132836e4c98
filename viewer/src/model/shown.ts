// Contexts as most views mean them: the interpreter's frames are their callers'.
import {u32} from './columns.ts';
import type {Profile, SourceFunction} from './profile.ts';
import {onceForContexts} from './remembered.ts';
import {type Selection} from './selection.ts';
import {selectedThreads} from './tree.ts';

/** For each context itself or its nearest caller that is no machinery; 0 is the root. */
export const shownContexts = onceForContexts(({contexts, locations, functions}): Uint32Array => {
  const machinery = locations.map((location) => functions[location.function]?.machinery === true);
  const shown = new Uint32Array(contexts.count);
  for (let i = 1; i < contexts.count; i++) {
    shown[i] = machinery[u32(contexts.location, i)] ? u32(shown, u32(contexts.parent, i)) : i;
  }
  return shown;
});

/** For each context the innermost Python frame, itself included; 0: none. */
export const innermostPython = onceForContexts(({contexts, locations, functions}): Uint32Array => {
  const isPython = locations.map((location) => functions[location.function]?.domain === 'python');
  const python = new Uint32Array(contexts.count);
  for (let i = 1; i < contexts.count; i++) {
    python[i] = isPython[u32(contexts.location, i)] ? i : u32(python, u32(contexts.parent, i));
  }
  return python;
});

export const activityOf = (use: number): number => use & 0xf;
export const categoryOf = (use: number): number => (use >>> 4) & 0xf;
export const isKernels = (use: number): boolean => (use & 0x100) !== 0;

export function functionAt({contexts, locations, functions}: Profile, context: number): SourceFunction | undefined {
  return context === 0 ? undefined : functions[locations[u32(contexts.location, context)]?.function ?? -1];
}

/** Calls `step` with each selected value of the selection's metric. */
export function forEachValue(
  profile: Profile,
  selection: Selection,
  step: (context: number, weight: number, thread: number, row: number) => void,
): void {
  const values = profile.valuesOf(selection.metric);
  const selected = selectedThreads(profile, selection);
  for (let row = 0; row < values.count; row++) {
    const thread = u32(values.thread, row);
    if (selected[thread] === 1) step(u32(values.context, row), values.weight[row] as number, thread, row);
  }
}
