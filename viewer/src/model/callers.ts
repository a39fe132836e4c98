// The tree upside down: below the root the functions that did the work (or one function), below them who called them.
// A full tree of callers may have as many nodes as stacks have frames, so what is lighter than a share of the whole is
// left with the function that it led to.
import {f64, u32} from './columns.ts';
import {lineKeys} from './lines.ts';
import {outside} from './merge.ts';
import type {FunctionId, Profile} from './profile.ts';
import type {Granularity} from './selection.ts';
import {type CallTree, inclusive, inPreorder, root, type Sums, type TwoSums} from './tree.ts';

/** Callers with less of the whole are not shown. */
export const leastShare = 1 / 4000;

/** Of all functions by their own time or, with `of`, of one function by all of its time. */
export function callersTree(profile: Profile, tree: CallTree, granularity: Granularity, of?: FunctionId): CallTree {
  const climb = new Climb(
    profile,
    tree,
    granularity,
    of === undefined ? ownTime(tree) : outermostOf(profile, tree, of),
  );
  for (let node = 0; node < climb.nodes; node++) climb.expand(node);
  return climb.finish();
}

/** Where stacks begin that are followed upwards: nodes of the tree and their weights. */
interface Entries {
  readonly node: Uint32Array;
  /** Of nodes: their weights, samples and, in a difference, those of the base and the widths. */
  readonly figures: readonly Float64Array[];
  /** One past the last node whose weight is in the node's. */
  readonly end: (node: number) => number;
}

function ownTime(tree: CallTree): Entries {
  const nodes: number[] = [];
  const {before} = tree;
  const keepsVanished = before !== undefined && tree.width !== tree.total;
  const width = keepsVanished ? tree.self.map((weight, node) => Math.max(weight, f64(before.self, node))) : tree.self;
  for (let node = 1; node < tree.count; node++) if (f64(width, node) > 0) nodes.push(node);
  return {
    node: Uint32Array.from(nodes),
    figures: [tree.self, tree.selfSamples, ...(before ? [before.self, before.selfSamples, width] : [])],
    end: (node) => node + 1,
  };
}

/** Nodes of a function that are not below another one of it. */
function outermostOf(profile: Profile, tree: CallTree, of: FunctionId): Entries {
  const nodes: number[] = [];
  const {before} = tree;
  for (let node = 1; node < tree.count;) {
    const found = profile.locations[u32(profile.contexts.location, u32(tree.context, node))]?.function === of;
    if (found) nodes.push(node);
    node = found ? u32(tree.end, node) : node + 1;
  }
  return {
    node: Uint32Array.from(nodes),
    figures: [tree.total, tree.totalSamples, ...(before ? [before.total, before.totalSamples, tree.width] : [])],
    end: (node) => u32(tree.end, node),
  };
}

class Climb {
  nodes = 1;
  private readonly parent: number[] = [0];
  private readonly context: number[] = [0];
  private readonly leaf: number[] = [0];
  /** Of each of the entries' figures the sum in each node. */
  private readonly totals: readonly number[][];
  /** The entries that pass through each node; given up when it is expanded. */
  private readonly members: Uint32Array[] = [];
  /** Where each entry's stack has been followed to, in the tree. */
  private readonly at: Uint32Array;
  /** The deepest node of each entry. */
  private readonly deepest: Uint32Array;
  private readonly keys: Uint32Array;
  private readonly least: number;

  constructor(
    private readonly profile: Profile,
    private readonly tree: CallTree,
    granularity: Granularity,
    private readonly entries: Entries,
  ) {
    this.keys =
      granularity === 'line'
        ? lineKeys(profile).keys
        : Uint32Array.from(profile.locations, (location) => location.function);
    this.at = entries.node.slice();
    this.deepest = new Uint32Array(entries.node.length);
    this.members.push(Uint32Array.from(entries.node, (_, entry) => entry));
    this.totals = entries.figures.map((figure) => [entries.node.reduce((sum, node) => sum + f64(figure, node), 0)]);
    this.least = (this.widths[0] ?? 0) * leastShare;
  }

  /** Which of the figures is the width. */
  private get widest(): number {
    return this.entries.figures.length === 2 ? 0 : 4;
  }

  private get widths(): readonly number[] {
    return this.totals[this.widest] as readonly number[];
  }

  /** Gives a node its children: its entries, grouped by the frame that they have come to. */
  expand(node: number): void {
    const groups = new Map<number, number[]>();
    for (const entry of this.members[node] ?? []) {
      const at = u32(this.at, entry);
      if (at === root) continue;
      const key = u32(this.keys, u32(this.profile.contexts.location, u32(this.tree.context, at)));
      const group = groups.get(key);
      if (group) group.push(entry);
      else groups.set(key, [entry]);
    }
    this.members[node] = new Uint32Array(0);
    for (const group of groups.values()) this.append(node, group);
  }

  private append(parent: number, group: readonly number[]): void {
    const {entries, tree} = this;
    const sum = (figure: Float64Array): number =>
      group.reduce((all, entry) => all + f64(figure, u32(entries.node, entry)), 0);
    if (sum(entries.figures[this.widest] as Float64Array) < this.least) return;
    const first = group[0] as number;
    this.parent.push(parent);
    this.context.push(u32(tree.context, u32(this.at, first)));
    this.leaf.push(u32(tree.context, u32(entries.node, first)));
    entries.figures.forEach((figure, i) => this.totals[i]?.push(sum(figure)));
    this.members.push(Uint32Array.from(group));
    for (const entry of group) {
      this.deepest[entry] = this.nodes;
      this.at[entry] = u32(tree.parent, u32(this.at, entry));
    }
    this.nodes++;
  }

  finish(): CallTree {
    const merged = {
      count: this.nodes,
      parent: Uint32Array.from(this.parent),
      context: Uint32Array.from(this.context),
      nodeOfContext: this.nodesOfContexts(),
    };
    const sums = (first: number): Sums => {
      const [self, selfSamples] = [0, 1].map((i) => ownShare(merged.parent, this.totals[first + i] ?? [])) as [Float64Array, Float64Array];
      return {self, selfSamples, total: inclusive(self, merged), totalSamples: inclusive(selfSamples, merged)};
    };
    const both: TwoSums = this.tree.before
      ? {...sums(0), before: sums(2), width: inclusive(ownShare(merged.parent, this.widths), merged)}
      : sums(0);
    return inPreorder(merged, both, this.tree.values, Uint32Array.from(this.leaf));
  }

  /** All contexts below the node of an entry lead to the deepest caller of that entry. */
  private nodesOfContexts(): Uint32Array {
    const {tree, entries} = this;
    const ofNode = new Uint32Array(tree.count).fill(outside);
    entries.node.forEach((node, entry) => ofNode.fill(u32(this.deepest, entry), node, entries.end(node)));
    return tree.nodeOfContext.map((node) => (node === outside ? outside : u32(ofNode, node)));
  }
}

/** What is left of each total when the children's are taken off. */
function ownShare(parent: Uint32Array, totals: readonly number[]): Float64Array {
  const own = Float64Array.from(totals);
  for (let node = 1; node < own.length; node++)
    own[u32(parent, node)] = f64(own, u32(parent, node)) - (totals[node] ?? 0);
  return own;
}
