// A ratio of two metrics, such as instructions per cycle, of each node of a tree with all that is below it.
import {f64, u32} from './columns.ts';
import {outside} from './merge.ts';
import type {Profile, Ratio} from './profile.ts';
import type {Selection} from './selection.ts';
import {type CallTree, inclusive, root, selectedThreads} from './tree.ts';

export interface NodeRatios {
  /** By NodeId; NaN where the denominator is 0. */
  readonly values: Float64Array;
  /** Of the nodes with a noticeable part of the whole; both 0 where there are none. */
  readonly least: number;
  readonly most: number;
}

/** Smaller nodes have ratios of few counts, which would stretch the scale. */
const noticeable = 1 / 200;

export function nodeRatios(profile: Profile, selection: Selection, tree: CallTree, ratio: Ratio): NodeRatios {
  const total = (metric: number): Float64Array => inclusive(ownOfNodes(profile, selection, tree, metric), tree);
  const [numerator, denominator] = [total(ratio.numerator), total(ratio.denominator)];
  const values = numerator.map((value, node) =>
    f64(denominator, node) > 0 ? (ratio.scale * value) / f64(denominator, node) : NaN);
  let [least, most] = [Infinity, -Infinity];
  for (let node = 1; node < tree.count; node++) {
    const value = f64(values, node);
    if (Number.isNaN(value) || f64(tree.total, node) < noticeable * f64(tree.total, root)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return least <= most ? {values, least, most} : {values, least: 0, most: 0};
}

function ownOfNodes(profile: Profile, selection: Selection, tree: CallTree, metric: number): Float64Array {
  const values = profile.valuesOf(metric);
  const selected = selectedThreads(profile, selection);
  const own = new Float64Array(tree.count);
  for (let row = 0; row < values.count; row++) {
    const node = u32(tree.nodeOfContext, u32(values.context, row));
    if (node !== outside && selected[u32(values.thread, row)] === 1) own[node] = f64(own, node) + f64(values.weight, row);
  }
  return own;
}

/** Where a node lies between the least, 0, and the most, 1; undefined without a value. */
export function placeInScale({values, least, most}: NodeRatios, node: number): number | undefined {
  const value = f64(values, node);
  if (Number.isNaN(value)) return undefined;
  return most > least ? Math.min(1, Math.max(0, (value - least) / (most - least))) : 0.5;
}
