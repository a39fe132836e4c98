// The call tree that is drawn: merged contexts, children ordered by weight, numbered in preorder. Everything is a loop over columns: stacks may be thousands of frames deep.
import {f64, starts, u32} from './columns.ts';
import {type Contrast, forEachOfSide} from './contrast.ts';
import {type Merged, mergeContexts, outside} from './merge.ts';
import type {Profile, Values} from './profile.ts';
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
  /** The base of a difference, in the unit of the weights. */
  readonly before: Sums | undefined;
  /** How wide the node's box is: its total or, in a difference that keeps what has vanished, room for both sides. */
  readonly width: Float64Array;
  /** Where the node's box begins, in widths. Children stand at its left end, its own time at the right. */
  readonly start: Float64Array;
  /**
   * The node that shows a context, or `outside`; contexts without weight are shown by their nearest ancestor that has
   * some. In a tree of callers the innermost caller that is shown.
   */
  readonly nodeOfContext: Uint32Array;
  /** In a tree of callers: a context whose stack leads to the node. */
  readonly leaf: Uint32Array | undefined;
  /** What the weights are sums of. */
  readonly values: Values;
}

/**
 * A node in a URL, which is good for every tree of the same kind: the context it shows or, in a tree of callers, a
 * context and how many levels below the root its stack is followed (times 2³²). 0 is the root.
 */
export type Place = number & {readonly __place: never};

/**
 * `merged`: what mergeContexts makes of the same contexts and selection, where it is known already. `contrast`: the
 * selection and what it is held against.
 */
export function callTree(
  profile: Profile,
  selection: Selection,
  merged = mergeContexts(profile, selection),
  contrast?: ShownContrast,
): CallTree {
  const sums = sumValues(profile, selection, merged);
  return inPreorder(merged, contrast ? besides(sums, contrast, merged) : sums, profile.valuesOf(selection.metric));
}

export interface ShownContrast {
  readonly contrast: Contrast;
  /** What has vanished has boxes too. */
  readonly keepsVanished: boolean;
}

export interface Sums {
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly selfSamples: Float64Array;
  readonly totalSamples: Float64Array;
}

export interface TwoSums extends Sums {
  readonly before?: Sums;
  /** By default the total. */
  readonly width?: Float64Array;
}

/** Rows of `profile.values` that belong to the selected ranks and threads, one byte per thread. */
export function selectedThreads(profile: Profile, selection: Selection): Uint8Array {
  return Uint8Array.from(profile.threads, (_, thread) => {
    const inGroup = selection.group === undefined || u32(profile.groupOfThread, thread) === selection.group;
    return Number(inGroup && (selection.thread === undefined || thread === selection.thread));
  });
}

function sumValues(profile: Profile, selection: Selection, merged: Merged): Sums {
  const values = profile.valuesOf(selection.metric);
  const selected = selectedThreads(profile, selection);
  const self = new Float64Array(merged.count);
  const selfSamples = new Float64Array(merged.count);
  for (let row = 0; row < values.count; row++) {
    if (selected[u32(values.thread, row)] === 0) continue;
    const node = u32(merged.nodeOfContext, u32(values.context, row));
    if (node === outside) continue;
    self[node] = f64(self, node) + f64(values.weight, row);
    selfSamples[node] = f64(selfSamples, node) + u32(values.samples, row);
  }
  return {self, selfSamples, total: inclusive(self, merged), totalSamples: inclusive(selfSamples, merged)};
}

/** The same sums with those of the base beside them. */
function besides(sums: Sums, {contrast, keepsVanished}: ShownContrast, merged: Merged): TwoSums {
  const self = new Float64Array(merged.count);
  const selfSamples = new Float64Array(merged.count);
  forEachOfSide(contrast.before, (context, weight, samples) => {
    const node = u32(merged.nodeOfContext, context);
    if (node === outside) return;
    self[node] = f64(self, node) + contrast.factor * weight;
    selfSamples[node] = f64(selfSamples, node) + samples;
  });
  const before = {self, selfSamples, total: inclusive(self, merged), totalSamples: inclusive(selfSamples, merged)};
  if (!keepsVanished) return {...sums, before};
  return {...sums, before, width: inclusive(self.map((weight, node) => Math.max(weight, f64(sums.self, node))), merged)};
}

export function inclusive(self: Float64Array, merged: Pick<Merged, 'count' | 'parent'>): Float64Array {
  const total = self.slice();
  for (let node = merged.count - 1; node > 0; node--) {
    const parent = u32(merged.parent, node);
    total[parent] = f64(total, parent) + f64(total, node);
  }
  return total;
}

/** `leaf`: of each merged node of a tree of callers. */
export function inPreorder(merged: Merged, sums: TwoSums, values: Values, leaf?: Uint32Array): CallTree {
  const {place, node, parent} = withWidth(merged, sums.width ?? sums.total);
  const count = node.length;
  const width = picked(sums.width ?? sums.total, node);
  const {first, children} = sortedChildren(parent, width);
  const sizes = subtreeSizes(parent);
  const position = new Uint32Array(count);
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
    leaf: leaf && new Uint32Array(count),
  };
  for (let kept = 0; kept < count; kept++) {
    const at = u32(position, kept);
    const from = u32(node, kept);
    tree.end[at] = at + u32(sizes, kept);
    tree.context[at] = u32(merged.context, from);
    if (leaf && tree.leaf) tree.leaf[at] = u32(leaf, from);
    tree.self[at] = f64(sums.self, from);
    tree.total[at] = f64(sums.total, from);
    tree.selfSamples[at] = f64(sums.selfSamples, from);
    tree.totalSamples[at] = f64(sums.totalSamples, from);
    tree.deepest = Math.max(tree.deepest, u32(tree.depth, at));
    let next = at + 1;
    let start = f64(tree.start, at);
    for (let i = u32(first, kept); i < u32(first, kept + 1); i++) {
      const child = u32(children, i);
      position[child] = next;
      tree.parent[next] = at;
      tree.depth[next] = u32(tree.depth, at) + 1;
      tree.start[next] = start;
      next += u32(sizes, child);
      start += f64(width, child);
    }
  }
  const inOrder = (column: Float64Array): Float64Array => {
    const result = new Float64Array(count);
    for (let kept = 0; kept < count; kept++) result[u32(position, kept)] = f64(column, u32(node, kept));
    return result;
  };
  const before = sums.before && mapSums(sums.before, inOrder);
  const nodeOfContext = shownBy(merged.nodeOfContext, place, position);
  return {...tree, before, width: sums.width ? inOrder(sums.width) : tree.total, values, nodeOfContext};
}

function mapSums({self, total, selfSamples, totalSamples}: Sums, map: (column: Float64Array) => Float64Array): Sums {
  return {self: map(self), total: map(total), selfSamples: map(selfSamples), totalSamples: map(totalSamples)};
}

interface Kept {
  /** The merged node of each that is kept; parents before children. */
  readonly node: Uint32Array;
  readonly parent: Uint32Array;
  /** For each merged node the kept one that shows it: itself or its nearest ancestor with width. */
  readonly place: Uint32Array;
}

/** The root and the nodes with width: of a short range of time they are few. */
function withWidth({count, parent}: Merged, width: Float64Array): Kept {
  const place = new Uint32Array(count);
  const kept = {node: new Uint32Array(count), parent: new Uint32Array(count)};
  let size = 1;
  for (let node = 1; node < count; node++) {
    const caller = u32(place, u32(parent, node));
    place[node] = f64(width, node) > 0 ? size : caller;
    if (f64(width, node) <= 0) continue;
    kept.node[size] = node;
    kept.parent[size++] = caller;
  }
  return {place, node: kept.node.slice(0, size), parent: kept.parent.slice(0, size)};
}

function picked(values: Float64Array, from: Uint32Array): Float64Array {
  const found = new Float64Array(from.length);
  for (let i = 0; i < found.length; i++) found[i] = f64(values, u32(from, i));
  return found;
}

/** The widest first, equal ones in order of appearance; those of node n lie at first[n] to first[n+1]. */
function sortedChildren(parent: Uint32Array, width: Float64Array): {first: Uint32Array; children: Uint32Array} {
  const count = parent.length;
  const counts = new Uint32Array(count);
  for (let node = 1; node < count; node++) counts[u32(parent, node)] = u32(counts, u32(parent, node)) + 1;
  const first = starts(counts);
  const filled = first.slice();
  const children = new Uint32Array(u32(first, count));
  for (let node = 1; node < count; node++) {
    const place = u32(filled, u32(parent, node));
    children[place] = node;
    filled[u32(parent, node)] = place + 1;
  }
  for (let node = 0; node < count; node++) sortByWeight(children, u32(first, node), u32(first, node + 1), width);
  return {first, children};
}

/** Most nodes have a handful of children, for which insertion is several times faster than a call of `sort`. */
function sortByWeight(children: Uint32Array, low: number, high: number, width: Float64Array): void {
  if (high - low > 24) {
    children.subarray(low, high).sort((a, b) => f64(width, b) - f64(width, a) || a - b);
    return;
  }
  for (let i = low + 1; i < high; i++) {
    const child = u32(children, i);
    const weight = f64(width, child);
    let place = i;
    for (; place > low && f64(width, u32(children, place - 1)) < weight; place--) {
      children[place] = u32(children, place - 1);
    }
    children[place] = child;
  }
}

/** Nodes of each subtree, its root included. */
function subtreeSizes(parent: Uint32Array): Uint32Array {
  const sizes = new Uint32Array(parent.length).fill(1);
  for (let node = parent.length - 1; node > 0; node--) sizes[u32(parent, node)] = u32(sizes, u32(parent, node)) + u32(sizes, node);
  return sizes;
}

function shownBy(nodeOfContext: Uint32Array, place: Uint32Array, position: Uint32Array): Uint32Array {
  const shown = new Uint32Array(nodeOfContext.length);
  for (let i = 0; i < shown.length; i++) {
    const node = u32(nodeOfContext, i);
    shown[i] = node === outside ? outside : u32(position, u32(place, node));
  }
  return shown;
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

export function placeOf(tree: CallTree, node: NodeId): Place {
  return (tree.leaf ? u32(tree.leaf, node) + u32(tree.depth, node) * 2 ** 32 : u32(tree.context, node)) as Place;
}

/** The root for places that are not shown. */
export function nodeOf(tree: CallTree, place: Place): NodeId {
  let node = tree.nodeOfContext[place % 2 ** 32] ?? outside;
  if (node === outside) return root;
  if (!tree.leaf) return node as NodeId;
  const depth = Math.floor(place / 2 ** 32);
  while (u32(tree.depth, node) > depth) node = u32(tree.parent, node);
  return node as NodeId;
}

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
