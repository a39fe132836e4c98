import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period, type TestFrame, type TestProfile} from '../../tests/support/encode.ts';
import {naiveTotal, naiveTree, type NaiveNode} from '../../tests/support/naive.ts';
import {randomProfile} from '../../tests/support/random.ts';
import {decodeBlock} from './decode.ts';
import type {GroupId, Profile, ThreadId} from './profile.ts';
import {everything as whole, type Selection} from './selection.ts';
import {
  type CallTree, callTree, firstChild, nextSibling, type NodeId, parentOf, pathTo, previousSibling, root,
} from './tree.ts';

const everything: Selection = {...whole, machinery: true};

function treeOf(profile: TestProfile, selection: Partial<Selection> = {}): {profile: Profile; tree: CallTree} {
  const decoded = decodeBlock(encode(profile));
  return {profile: decoded, tree: callTree(decoded, {...everything, ...selection})};
}

function names(profile: Profile, tree: CallTree): string[] {
  return Array.from({length: tree.count - 1}, (_, i) => {
    const location = profile.locations[profile.contexts.location[tree.context[i + 1] ?? 0] ?? 0];
    return profile.functions[location?.function ?? 0]?.name ?? '';
  });
}

const small: TestProfile = {
  functions: [{name: 'main'}, {name: 'light'}, {name: 'heavy'}, {name: 'eval', domain: 'native', machinery: true}],
  stacks: [
    {frames: [[0, 1], [3], [1, 5]], samples: 1},
    {frames: [[0, 2], [3], [2, 8]], samples: 4},
    {frames: [[0, 2], [3], [2, 9]], samples: 2},
    {frames: [[0, 2]], samples: 1},
  ],
};

test('heavier siblings come first and totals hold what is below', () => {
  const {profile, tree} = treeOf(small, {machinery: false});
  assert.deepEqual(names(profile, tree), ['main', 'heavy', 'light']);
  assert.deepEqual([...tree.total], [8, 8, 6, 1].map((samples) => samples * period));
  assert.deepEqual([...tree.self], [0, 1, 6, 1].map((samples) => samples * period));
  assert.deepEqual([...tree.start], [0, 0, 0, 6].map((samples) => samples * period));
});

test('by line, one function called from two lines is two nodes', () => {
  const {profile, tree} = treeOf(small, {machinery: false, granularity: 'line'});
  assert.deepEqual(names(profile, tree), ['main', 'heavy', 'heavy', 'main', 'light']);
});

test('hidden frames give their own time to their caller', () => {
  const {tree} = treeOf({...small, stacks: [{frames: [[0], [3]], samples: 5}]}, {machinery: false});
  assert.deepEqual([...tree.self], [0, 5 * period]);
});

test('a context that is not shown belongs to its nearest shown caller', () => {
  const {tree} = treeOf(small, {frames: 'native', machinery: false});
  assert.equal(tree.count, 1);
  assert.deepEqual([...new Set(tree.nodeOfContext)], [0]);
});

test('work of other threads stands below its line, or apart', () => {
  const pool: TestProfile = {
    functions: [{name: 'main'}, {name: '[worker threads]', domain: 'native', workers: true}, {name: 'loop', domain: 'native'}],
    stacks: [{frames: [[0]], samples: 1}, {frames: [[0], [1], [2]], samples: 3}, {frames: [[2]], samples: 2}],
  };
  const joined = treeOf(pool);
  assert.deepEqual(names(joined.profile, joined.tree), ['main', '[worker threads]', 'loop', 'loop']);
  const apart = treeOf(pool, {workers: 'apart'});
  assert.deepEqual(names(apart.profile, apart.tree), ['loop', 'main']);
  assert.deepEqual([...apart.tree.total], [6, 5, 1].map((samples) => samples * period));
});

test('an empty profile is a root', () => {
  const {tree} = treeOf({functions: [], stacks: []});
  assert.equal(tree.count, 1);
  assert.equal(tree.total[0], 0);
});

test('a stack of 200 000 frames is no deeper than any other', () => {
  const frames = Array.from({length: 200_000}, (): TestFrame => [0]);
  const profile = decodeBlock(encode({functions: [{name: 'f'}], stacks: []}));
  const size = frames.length + 1;
  const parent = Uint32Array.from({length: size}, (_, i) => Math.max(0, i - 1));
  const contexts = {count: size, parent, location: new Uint32Array(size), use: new Uint32Array(size)};
  const values = {count: 1, context: Uint32Array.of(frames.length), thread: Uint32Array.of(0), samples: Uint32Array.of(1), weight: Float64Array.of(1)};
  const locations = [{function: 0, line: 0, inlined: false, guessed: false}] as unknown as Profile['locations'];
  const tree = callTree({...profile, contexts, values, valuesOf: () => values, locations}, everything);
  assert.equal(tree.deepest, 200_000);
  assert.equal(pathTo(tree, 200_000 as NodeId).length, 200_001);
});

test('neighbours are found in both directions', () => {
  const {tree} = treeOf(small, {machinery: false});
  const [main, heavy, light] = [1, 2, 3] as NodeId[];
  assert.equal(firstChild(tree, root), main);
  assert.equal(firstChild(tree, main as NodeId), heavy);
  assert.equal(nextSibling(tree, heavy as NodeId), light);
  assert.equal(previousSibling(tree, light as NodeId), heavy);
  assert.equal(previousSibling(tree, heavy as NodeId), undefined);
  assert.equal(nextSibling(tree, light as NodeId), undefined);
  assert.equal(firstChild(tree, light as NodeId), undefined);
  assert.equal(nextSibling(tree, root), undefined);
});

const selections: readonly Partial<Selection>[] = [
  {}, {machinery: false}, {frames: 'python'}, {frames: 'native'}, {granularity: 'line'}, {group: 1 as GroupId},
  {thread: 2 as ThreadId}, {workers: 'apart'}, {workers: 'apart', frames: 'python', granularity: 'line'}, {group: 0 as GroupId, thread: 3 as ThreadId}, {granularity: 'line', frames: 'python', group: 0 as GroupId},
];

test('columns agree with the slow and plain tree', () => {
  for (let seed = 0; seed < 40; seed++) {
    const profile = decodeBlock(encode(randomProfile(seed)));
    for (const change of selections) {
      const selection = {...everything, ...change};
      checkAgainst(profile, selection, callTree(profile, selection), naiveTree(profile, selection), `seed ${seed}`);
    }
  }
});

/** Walks both trees together: equal paths must have equal values; boxes must nest. */
function checkAgainst(profile: Profile, selection: Selection, tree: CallTree, naive: NaiveNode, what: string): void {
  const twins: NaiveNode[] = [naive];
  for (let node = 1; node < tree.count; node++) {
    const parent = parentOf(tree, node as NodeId);
    const location = profile.locations[profile.contexts.location[tree.context[node] ?? 0] ?? 0];
    const key = selection.granularity === 'line' ? `${location?.function}:${location?.line}` : `${location?.function}`;
    const twin = twins[parent]?.children.get(key);
    assert.ok(twin, `${what}: node ${node} is in both`);
    twins[node] = twin;
  }
  twins.forEach((twin, node) => {
    assert.equal(tree.self[node], twin.self, what);
    assert.equal(tree.selfSamples[node], twin.samples, what);
    assert.equal(tree.total[node], naiveTotal(twin), what);
    const shown = [...twin.children.values()].filter((child) => naiveTotal(child) > 0);
    assert.equal(childrenOf(tree, node as NodeId).length, shown.length, what);
    checkBoxes(tree, node as NodeId, what);
  });
}

function childrenOf(tree: CallTree, node: NodeId): NodeId[] {
  const children: NodeId[] = [];
  for (let child = firstChild(tree, node); child !== undefined; child = nextSibling(tree, child)) children.push(child);
  return children;
}

function checkBoxes(tree: CallTree, node: NodeId, what: string): void {
  let start = tree.start[node];
  let last = Infinity;
  for (const child of childrenOf(tree, node)) {
    assert.equal(tree.start[child], start, what);
    assert.ok((tree.total[child] ?? 0) <= last, what);
    assert.equal(tree.depth[child], (tree.depth[node] ?? 0) + 1, what);
    last = tree.total[child] ?? 0;
    start = (start ?? 0) + last;
  }
}
