// The flat table: what each function (or line) cost by itself and with everything it called.
import {f64, u32} from './columns.ts';
import type {LocationId, Profile} from './profile.ts';
import type {Granularity} from './selection.ts';
import {type CallTree, type NodeId, root} from './tree.ts';

export interface FunctionRow {
  /** A location of the function; with granularity `line`, the line itself. */
  readonly location: LocationId;
  self: number;
  /** Recursion counts once: only the outermost of several frames of one function on a stack. */
  total: number;
  selfSamples: number;
  totalSamples: number;
  /** The node that holds most of the total, to show when the row is opened. */
  heaviest: NodeId;
}

/** In order of first appearance in the tree. */
export function functionRows(profile: Profile, tree: CallTree, granularity: Granularity): FunctionRow[] {
  const rows = new Map<number, FunctionRow & {activeEnd: number}>();
  for (let node = 1; node < tree.count; node++) {
    const location = u32(profile.contexts.location, u32(tree.context, node)) as LocationId;
    const key = rowKey(profile, location, granularity);
    let row = rows.get(key);
    if (!row) {
      row = {location, self: 0, total: 0, selfSamples: 0, totalSamples: 0, heaviest: root, activeEnd: 0};
      rows.set(key, row);
    }
    row.self += f64(tree.self, node);
    row.selfSamples += f64(tree.selfSamples, node);
    if (node < row.activeEnd) continue;
    row.activeEnd = u32(tree.end, node);
    row.total += f64(tree.total, node);
    row.totalSamples += f64(tree.totalSamples, node);
    if (row.heaviest === root || f64(tree.total, node) > f64(tree.total, row.heaviest)) row.heaviest = node as NodeId;
  }
  return [...rows.values()];
}

function rowKey(profile: Profile, location: LocationId, granularity: Granularity): number {
  const {function: id, line} = profile.locations[location] ?? {function: 0, line: 0};
  return granularity === 'function' ? id : id * 2 ** 32 + line;
}

export type SortKey = 'self' | 'total' | 'samples' | 'name';

/** Numbers from large to small, names from A to Z. */
export function sortRows(rows: readonly FunctionRow[], key: SortKey, nameOf: (row: FunctionRow) => string): FunctionRow[] {
  const names = new Map(key === 'name' ? rows.map((row) => [row, nameOf(row)] as const) : []);
  const compare = {
    self: (a: FunctionRow, b: FunctionRow) => b.self - a.self || b.total - a.total,
    total: (a: FunctionRow, b: FunctionRow) => b.total - a.total || b.self - a.self,
    samples: (a: FunctionRow, b: FunctionRow) => b.selfSamples - a.selfSamples || b.totalSamples - a.totalSamples,
    name: (a: FunctionRow, b: FunctionRow) => ((names.get(a) ?? '') < (names.get(b) ?? '') ? -1 : 1),
  };
  return [...rows].sort(compare[key]);
}
