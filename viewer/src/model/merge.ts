// Contexts merged into nodes: by function or line, without hidden frames, after the transforms. A loop over columns.
import {u32} from './columns.ts';
import {lineKeys} from './lines.ts';
import type {Profile} from './profile.ts';
import type {Selection} from './selection.ts';
import {type Fates, fatesOf, Fate} from './transforms.ts';

/** Nodes in order of first appearance: parents before children. */
export interface Merged {
  readonly count: number;
  readonly parent: Uint32Array;
  readonly context: Uint32Array;
  readonly nodeOfContext: Uint32Array;
}

/** In the place of a node: the context is in no stack that is shown. */
export const outside = 0xffffffff;

const hidden = 0xffffffff;
const border = 0xfffffffe;

export function mergeContexts(profile: Profile, selection: Selection): Merged {
  const {count, parent, location} = profile.contexts;
  const keys = locationKeys(profile, selection);
  const fates = fatesOf(profile, selection.transforms, (id) => u32(keys, id) < border);
  const nodes = new ChildTable(count);
  const nodeOfContext = new Uint32Array(count);
  const context = new Uint32Array(count);
  for (let i = 1; i < count; i++) {
    const key = u32(keys, u32(location, i));
    const caller = callerOf(i);
    const fate = fates?.fate[i] ?? Fate.shown;
    const node =
      fate === Fate.outside
        ? outside
        : fate === Fate.joined
          ? u32(nodeOfContext, u32((fates as Fates).outer, i))
          : key === border
            ? 0
            : key === hidden || fate === Fate.folded
              ? caller
              : nodes.childOf(caller, key);
    nodeOfContext[i] = node;
    if (node !== outside && node !== 0 && u32(context, node) === 0) context[node] = i;
  }
  if (fates?.rootIsOutside) nodeOfContext[0] = outside;
  return {count: nodes.count, parent: nodes.parent, context, nodeOfContext};

  function callerOf(i: number): number {
    if (fates?.begins[i] === 1) return 0;
    const caller = u32(nodeOfContext, u32(parent, i));
    return caller === outside ? 0 : caller;
  }
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
