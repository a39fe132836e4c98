// The call tree in the slow and obvious way: nested maps, recursion, no columns. For stacks of modest depth.
import type {Profile} from '../../src/model/profile.ts';
import type {Selection} from '../../src/model/selection.ts';

export interface NaiveNode {
  readonly key: string;
  self: number;
  samples: number;
  readonly children: Map<string, NaiveNode>;
}

const makeNode = (key: string): NaiveNode => ({key, self: 0, samples: 0, children: new Map()});

export function naiveTree(profile: Profile, selection: Selection): NaiveNode {
  const top = makeNode('');
  for (let row = 0; row < profile.values.count; row++) {
    const thread = profile.values.thread[row] ?? 0;
    if (selection.thread !== undefined && thread !== selection.thread) continue;
    if (selection.group !== undefined && profile.groupOfThread[thread] !== selection.group) continue;
    let node = top;
    for (const key of shownKeys(profile, selection, profile.values.context[row] ?? 0)) {
      const child = node.children.get(key) ?? makeNode(key);
      node.children.set(key, child);
      node = child;
    }
    node.self += profile.values.weight[row] ?? 0;
    node.samples += profile.values.samples[row] ?? 0;
  }
  return top;
}

function shownKeys(profile: Profile, selection: Selection, context: number): string[] {
  const keys: string[] = [];
  for (let at = context; at !== 0; at = profile.contexts.parent[at] ?? 0) {
    const location = profile.locations[profile.contexts.location[at] ?? 0];
    const fn = location && profile.functions[location.function];
    if (fn?.workers && selection.workers === 'apart') break;
    if (!location || !fn || (fn.machinery && !selection.machinery)) continue;
    if (selection.frames === 'python' && fn.domain !== 'python') continue;
    if (selection.frames === 'native' && fn.domain === 'python') continue;
    keys.unshift(selection.granularity === 'line' ? `${location.function}:${location.line}` : `${location.function}`);
  }
  return keys;
}

export function naiveTotal(node: NaiveNode): number {
  return [...node.children.values()].reduce((sum, child) => sum + naiveTotal(child), node.self);
}
