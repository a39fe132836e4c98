// The flat table: what each function (or line) cost by itself and with everything it called.
import {f64, u32} from './columns.ts';
import {lineKeys} from './lines.ts';
import type {LocationId, Profile} from './profile.ts';
import type {Granularity} from './selection.ts';
import {type CallTree, type NodeId, root} from './tree.ts';

export interface FunctionRow {
  /** A location of the function; with granularity `line`, the line itself. */
  readonly location: LocationId;
  readonly self: number;
  /** Recursion counts once: only the outermost of several frames of one function on a stack. */
  readonly total: number;
  readonly selfSamples: number;
  readonly totalSamples: number;
  /** The node that holds most of the total, to show when the row is opened. */
  readonly heaviest: NodeId;
}

/** Those with a node in the tree, in the order of their keys. */
export function functionRows(profile: Profile, tree: CallTree, granularity: Granularity): FunctionRow[] {
  const {keys, count} = rowKeys(profile, granularity);
  const column = (): Float64Array => new Float64Array(count);
  const sums = {self: column(), total: column(), selfSamples: column(), totalSamples: column()};
  const activeEnd = new Uint32Array(count);
  const heaviest = new Uint32Array(count);
  for (let node = 1; node < tree.count; node++) {
    const key = u32(keys, u32(profile.contexts.location, u32(tree.context, node)));
    sums.self[key] = f64(sums.self, key) + f64(tree.self, node);
    sums.selfSamples[key] = f64(sums.selfSamples, key) + f64(tree.selfSamples, node);
    if (node < u32(activeEnd, key)) continue;
    activeEnd[key] = u32(tree.end, node);
    sums.total[key] = f64(sums.total, key) + f64(tree.total, node);
    sums.totalSamples[key] = f64(sums.totalSamples, key) + f64(tree.totalSamples, node);
    if (f64(tree.total, node) > f64(tree.total, u32(heaviest, key)) || u32(heaviest, key) === root) heaviest[key] = node;
  }
  return Array.from(heaviest, (node, key): FunctionRow => ({
    location: u32(profile.contexts.location, u32(tree.context, node)) as LocationId,
    self: f64(sums.self, key),
    total: f64(sums.total, key),
    selfSamples: f64(sums.selfSamples, key),
    totalSamples: f64(sums.totalSamples, key),
    heaviest: node as NodeId,
  })).filter((row) => row.heaviest !== root);
}

/** The row of each location, and how many rows there are. */
function rowKeys(profile: Profile, granularity: Granularity): {keys: Uint32Array; count: number} {
  if (granularity === 'function') {
    return {keys: Uint32Array.from(profile.locations, (location) => location.function), count: profile.functions.length};
  }
  return lineKeys(profile);
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
