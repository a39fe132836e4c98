// What the colour of a box says: which kind of code, which library, how much of the time is its own, how unlike the ranks.
import {fillOf, heatOf, moduleFill, type Palette} from '../draw/palette.ts';
import {f64} from '../model/columns.ts';
import type {SourceFunction} from '../model/profile.ts';
import {spreadOf} from '../model/spread.ts';
import {type NodeId, root} from '../model/tree.ts';
import type {Colouring} from '../state/state.ts';
import type {Drawing, Store} from '../state/store.ts';
import {ratio} from './describe.ts';

export const isOfNode = (colouring: Colouring): boolean => colouring === 'heat' || colouring === 'imbalance';

export function fillFor(store: Store, drawing: Drawing, palette: Palette, node: NodeId, fn: SourceFunction): string {
  switch (store.state.value.colouring) {
    case 'module':
      return moduleFill(palette, fn);
    case 'heat':
      return heatOf(palette, Math.sqrt(ratio(f64(drawing.tree.value.self, node), f64(drawing.tree.value.total, root))));
    case 'imbalance':
      return heatOf(palette, unlikeness(store, drawing, node));
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
