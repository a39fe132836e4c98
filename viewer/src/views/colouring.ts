// What the colour of a box says: which kind of code, which library, how much of the time is its own, how unlike the ranks.
import {differenceFill} from '../draw/difference.ts';
import {fillOf, heatOf, moduleFill, type Palette} from '../draw/palette.ts';
import {f64} from '../model/columns.ts';
import type {SourceFunction} from '../model/profile.ts';
import {spreadOf} from '../model/spread.ts';
import {type NodeId, root} from '../model/tree.ts';
import {colourings, type Colouring} from '../state/state.ts';
import type {Drawing, Store} from '../state/store.ts';
import {changeAt} from './change_text.ts';
import {ratio} from './describe.ts';

export const isOfNode = (colouring: Colouring): boolean => colouring === 'heat' || colouring === 'imbalance' || colouring === 'difference';

/** Those that say something about this profile. */
export function offeredColourings({profile, contrast}: Store): Colouring[] {
  const isOffered = {difference: contrast.value !== undefined, imbalance: profile.groups.length > 1};
  return colourings.filter((colouring) => isOffered[colouring as keyof typeof isOffered] ?? true);
}

export function fillFor(store: Store, drawing: Drawing, palette: Palette, node: NodeId, fn: SourceFunction): string {
  switch (store.colouring.value) {
    case 'module':
      return moduleFill(palette, fn);
    case 'heat':
      return heatOf(palette, Math.sqrt(ratio(f64(drawing.tree.value.self, node), f64(drawing.tree.value.total, root))));
    case 'imbalance':
      return heatOf(palette, unlikeness(store, drawing, node));
    case 'difference': {
      const change = changeAt(drawing.tree.value, node, store.contrast.value);
      return change ? differenceFill(palette, change) : palette.root;
    }
    case 'domain':
      return fillOf(palette, fn);
  }
}

/** 0 where all ranks take the same time, 1 where the slowest takes twice the mean or more. */
function unlikeness({profile}: Store, drawing: Drawing, node: NodeId): number {
  if (profile.groups.length < 2) return 0;
  const {weights, most, mean} = spreadOf(profile, drawing.tree.value, drawing.rowsByNode.value, node);
  return mean > 0 ? Math.min(1, f64(weights, most) / mean - 1) : 0;
}
