// The call tree that is drawn: contexts merged by function or line, hidden frames folded into their callers, children
// ordered by weight, numbered in preorder. Everything is a loop over columns: stacks may be thousands of frames deep.
import {f64, starts, u32} from './columns.ts';
import {lineKeys} from './lines.ts';
import type {ContextId, Profile} from './profile.ts';
import type {Selection} from './selection.ts';

/** Index of a node of one CallTree: preorder, heavier siblings first. */
export type NodeId = number & {readonly __node: never};
export const root = 0 as NodeId;

/** Columns are indexed by NodeId; weights are in the unit of the profile's metric. */
export interface CallTree {
  readonly count: number;
  readonly parent: Uint32Array;
  readonly depth: Uint32Array;
  readonly deepest: number;
  /** One past the last node of the subtree. */
  readonly end: Uint32Array;
  /** The first context that was merged into the node; its location names the node. */
  readonly context: Uint32Array;
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly selfSamples: Float64Array;
  readonly totalSamples: Float64Array;
  /** Where the node's box begins, in weight. Children stand at its left end, its own time at the right. */
  readonly start: Float64Array;
  /** The node that shows a context; contexts without weight are shown by their nearest ancestor that has some. */
  readonly nodeOfContext: Uint32Array;
}

export function callTree(profile: Profile, selection: Selection): CallTree {
  const merged = mergeContexts(profile, selection);
  const sums = sumValues(profile, selection, merged);
  return inPreorder(merged, sums);
}

/** Nodes in order of first appearance: parents before children. */
interface Merged {
  readonly count: number;
  readonly parent: Uint32Array;
  readonly context: Uint32Array;
  readonly nodeOfContext: Uint32Array;
}

const hidden = 0xffffffff;
const border = 0xfffffffe;

function mergeContexts(profile: Profile, selection: Selection): Merged {
  const {count, parent, location} = profile.contexts;
  const keys = locationKeys(profile, selection);
  const nodes = new ChildTable(count);
  const nodeOfContext = new Uint32Array(count);
  const context = new Uint32Array(count);
  for (let i = 1; i < count; i++) {
    const caller = u32(nodeOfContext, u32(parent, i));
    const key = u32(keys, u32(location, i));
    const node = key === hidden ? caller : key === border ? root : nodes.childOf(caller, key);
    if (u32(context, node) === 0 && node !== 0) context[node] = i;
    nodeOfContext[i] = node;
  }
  return {count: nodes.count, parent: nodes.parent, context, nodeOfContext};
}

/** What makes two frames below the same caller one node; `hidden` for frames that are folded away, `border` for those
 * below which stacks begin anew. */
function locationKeys(profile: Profile, selection: Selection): Uint32Array {
  const lines = selection.granularity === 'line' ? lineKeys(profile).keys : undefined;
  return Uint32Array.from(profile.locations, (location, id) => {
    const fn = profile.functions[location.function];
    if (fn?.workers && selection.workers === 'apart') return border;
    if (!fn || !isShown(fn.domain === 'python', fn.machinery, selection)) return hidden;
    return lines ? u32(lines, id) : location.function;
  });
}

function isShown(isPython: boolean, isMachinery: boolean, selection: Selection): boolean {
  if (isMachinery && !selection.machinery) return false;
  return selection.frames === 'all' || isPython === (selection.frames === 'python');
}

/** Finds or makes the child of a node with a key: a hash table of (parent, key), open addressing, at most half full. */
class ChildTable {
  count = 1;
  readonly parent: Uint32Array;
  private readonly key: Uint32Array;
  /** Node of each slot; 0 (the root is nobody's child) marks a free one. */
  private readonly slots: Uint32Array;
  private readonly mask: number;

  constructor(capacity: number) {
    this.parent = new Uint32Array(capacity);
    this.key = new Uint32Array(capacity);
    this.mask = 2 ** Math.ceil(Math.log2(2 * capacity + 1)) - 1;
    this.slots = new Uint32Array(this.mask + 1);
  }

  childOf(parent: number, key: number): number {
    let slot = hash(parent, key) & this.mask;
    for (;;) {
      const node = u32(this.slots, slot);
      if (node === 0) return this.insert(slot, parent, key);
      if (u32(this.parent, node) === parent && u32(this.key, node) === key) return node;
      slot = (slot + 1) & this.mask;
    }
  }

  private insert(slot: number, parent: number, key: number): number {
    const node = this.count++;
    this.slots[slot] = node;
    this.parent[node] = parent;
    this.key[node] = key;
    return node;
  }
}

/** Multiplicative hashing (Knuth, TAOCP 6.4) of both halves, with the high bits folded down. */
function hash(parent: number, key: number): number {
  const product = Math.imul(Math.imul(parent, 0x9e3779b1) ^ key, 0x85ebca6b);
  return (product ^ (product >>> 15)) >>> 0;
}

interface Sums {
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly selfSamples: Float64Array;
  readonly totalSamples: Float64Array;
}

/** Rows of `profile.values` that belong to the selected ranks and threads, one byte per thread. */
export function selectedThreads(profile: Profile, selection: Selection): Uint8Array {
  return Uint8Array.from(profile.threads, (_, thread) => {
    const inGroup = selection.group === undefined || u32(profile.groupOfThread, thread) === selection.group;
    return Number(inGroup && (selection.thread === undefined || thread === selection.thread));
  });
}

function sumValues(profile: Profile, selection: Selection, merged: Merged): Sums {
  const {values} = profile;
  const selected = selectedThreads(profile, selection);
  const self = new Float64Array(merged.count);
  const selfSamples = new Float64Array(merged.count);
  for (let row = 0; row < values.count; row++) {
    if (selected[u32(values.thread, row)] === 0) continue;
    const node = u32(merged.nodeOfContext, u32(values.context, row));
    self[node] = f64(self, node) + f64(values.weight, row);
    selfSamples[node] = f64(selfSamples, node) + u32(values.samples, row);
  }
  return {self, selfSamples, total: inclusive(self, merged), totalSamples: inclusive(selfSamples, merged)};
}

function inclusive(self: Float64Array, merged: Merged): Float64Array {
  const total = self.slice();
  for (let node = merged.count - 1; node > 0; node--) {
    const parent = u32(merged.parent, node);
    total[parent] = f64(total, parent) + f64(total, node);
  }
  return total;
}

function inPreorder(merged: Merged, sums: Sums): CallTree {
  const {first, children} = sortedChildren(merged, sums.total);
  const sizes = subtreeSizes(merged, sums.total);
  const count = u32(sizes, 0);
  const position = new Uint32Array(merged.count);
  const tree = {
    count,
    parent: new Uint32Array(count),
    depth: new Uint32Array(count),
    deepest: 0,
    end: new Uint32Array(count),
    context: new Uint32Array(count),
    self: new Float64Array(count),
    total: new Float64Array(count),
    selfSamples: new Float64Array(count),
    totalSamples: new Float64Array(count),
    start: new Float64Array(count),
  };
  for (let node = 0; node < merged.count; node++) {
    if (node > 0 && f64(sums.total, node) <= 0) continue;
    const at = u32(position, node);
    tree.end[at] = at + u32(sizes, node);
    tree.context[at] = u32(merged.context, node);
    tree.self[at] = f64(sums.self, node);
    tree.total[at] = f64(sums.total, node);
    tree.selfSamples[at] = f64(sums.selfSamples, node);
    tree.totalSamples[at] = f64(sums.totalSamples, node);
    tree.deepest = Math.max(tree.deepest, u32(tree.depth, at));
    let next = at + 1;
    let start = f64(tree.start, at);
    for (let i = u32(first, node); i < u32(first, node + 1); i++) {
      const child = u32(children, i);
      position[child] = next;
      tree.parent[next] = at;
      tree.depth[next] = u32(tree.depth, at) + 1;
      tree.start[next] = start;
      next += u32(sizes, child);
      start += f64(sums.total, child);
    }
  }
  return {...tree, nodeOfContext: shownBy(merged, sums.total, position)};
}

/** Children with weight, heaviest first, equal ones in order of appearance; those of node n lie at first[n] to first[n+1]. */
function sortedChildren(merged: Merged, total: Float64Array): {first: Uint32Array; children: Uint32Array} {
  const counts = new Uint32Array(merged.count);
  for (let node = 1; node < merged.count; node++) {
    const parent = u32(merged.parent, node);
    if (f64(total, node) > 0) counts[parent] = u32(counts, parent) + 1;
  }
  const first = starts(counts);
  const filled = first.slice();
  const children = new Uint32Array(u32(first, merged.count));
  for (let node = 1; node < merged.count; node++) {
    if (f64(total, node) <= 0) continue;
    const parent = u32(merged.parent, node);
    const place = u32(filled, parent);
    children[place] = node;
    filled[parent] = place + 1;
  }
  for (let node = 0; node < merged.count; node++) sortByWeight(children, u32(first, node), u32(first, node + 1), total);
  return {first, children};
}

/** Most nodes have a handful of children, for which insertion is several times faster than a call of `sort`. */
function sortByWeight(children: Uint32Array, low: number, high: number, total: Float64Array): void {
  if (high - low > 24) {
    children.subarray(low, high).sort((a, b) => f64(total, b) - f64(total, a) || a - b);
    return;
  }
  for (let i = low + 1; i < high; i++) {
    const child = u32(children, i);
    const weight = f64(total, child);
    let place = i;
    for (; place > low && f64(total, u32(children, place - 1)) < weight; place--) {
      children[place] = u32(children, place - 1);
    }
    children[place] = child;
  }
}

/** Nodes with weight in each subtree, its root included. */
function subtreeSizes(merged: Merged, total: Float64Array): Uint32Array {
  const sizes = new Uint32Array(merged.count);
  for (let node = merged.count - 1; node > 0; node--) {
    if (f64(total, node) <= 0) continue;
    const parent = u32(merged.parent, node);
    sizes[node] = u32(sizes, node) + 1;
    sizes[parent] = u32(sizes, parent) + u32(sizes, node);
  }
  sizes[0] = u32(sizes, 0) + 1;
  return sizes;
}

function shownBy(merged: Merged, total: Float64Array, position: Uint32Array): Uint32Array {
  for (let node = 1; node < merged.count; node++) {
    if (f64(total, node) <= 0) position[node] = u32(position, u32(merged.parent, node));
  }
  return merged.nodeOfContext.map((node) => u32(position, node));
}

/** From the root to the node, both included. */
export function pathTo(tree: CallTree, node: NodeId): NodeId[] {
  const path: NodeId[] = [node];
  for (let at: number = node; at !== root; ) {
    at = u32(tree.parent, at);
    path.push(at as NodeId);
  }
  return path.reverse();
}

export const contextOf = (tree: CallTree, node: NodeId): ContextId => u32(tree.context, node) as ContextId;
export const nodeOf = (tree: CallTree, context: ContextId): NodeId => u32(tree.nodeOfContext, context) as NodeId;
export const parentOf = (tree: CallTree, node: NodeId): NodeId => u32(tree.parent, node) as NodeId;

/** The heaviest child, if any: the next node in preorder. */
export function firstChild(tree: CallTree, node: NodeId): NodeId | undefined {
  return node + 1 < u32(tree.end, node) ? ((node + 1) as NodeId) : undefined;
}

export function nextSibling(tree: CallTree, node: NodeId): NodeId | undefined {
  const next = u32(tree.end, node);
  return node !== root && next < u32(tree.end, parentOf(tree, node)) ? (next as NodeId) : undefined;
}

export function previousSibling(tree: CallTree, node: NodeId): NodeId | undefined {
  if (node === root) return undefined;
  let sibling: NodeId | undefined = firstChild(tree, parentOf(tree, node));
  if (sibling === node) return undefined;
  while (sibling !== undefined && u32(tree.end, sibling) !== node) sibling = nextSibling(tree, sibling);
  return sibling;
}
