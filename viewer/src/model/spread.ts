// How the time of a node is spread over ranks (or processes).
import {f64, starts, u32} from './columns.ts';
import {outside} from './merge.ts';
import type {GroupId, Profile} from './profile.ts';
import {type CallTree, type NodeId} from './tree.ts';

/** The rows of `tree.values` ordered by the node that shows them: those below a node are one range. */
export interface RowsByNode {
  readonly first: Uint32Array;
  readonly rows: Uint32Array;
}

export function rowsByNode(tree: CallTree): RowsByNode {
  const {values} = tree;
  const node = (row: number): number => u32(tree.nodeOfContext, u32(values.context, row));
  const counts = new Uint32Array(tree.count);
  for (let row = 0; row < values.count; row++) if (node(row) !== outside) counts[node(row)] = u32(counts, node(row)) + 1;
  const first = starts(counts);
  const filled = first.slice();
  const rows = new Uint32Array(values.count);
  for (let row = 0; row < values.count; row++) {
    if (node(row) === outside) continue;
    const place = u32(filled, node(row));
    rows[place] = row;
    filled[node(row)] = place + 1;
  }
  return {first, rows};
}

export interface Spread {
  /** Inclusive weight of each group. */
  readonly weights: Float64Array;
  readonly least: GroupId;
  readonly most: GroupId;
  readonly mean: number;
}

/** Over all groups, whichever is selected: one rank is judged by comparing it with the others. */
export function spreadOf(profile: Profile, tree: CallTree, index: RowsByNode, node: NodeId): Spread {
  const weights = new Float64Array(profile.groups.length);
  const end = u32(index.first, u32(tree.end, node));
  for (let i = u32(index.first, node); i < end; i++) {
    const row = u32(index.rows, i);
    const group = u32(profile.groupOfThread, u32(tree.values.thread, row));
    weights[group] = f64(weights, group) + f64(tree.values.weight, row);
  }
  let least = 0;
  let most = 0;
  let sum = 0;
  weights.forEach((weight, group) => {
    sum += weight;
    if (weight < f64(weights, least)) least = group;
    if (weight > f64(weights, most)) most = group;
  });
  return {weights, least: least as GroupId, most: most as GroupId, mean: sum / weights.length};
}
