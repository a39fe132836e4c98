import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period, type TestFrame} from '../../tests/support/encode.ts';
import {randomProfile} from '../../tests/support/random.ts';
import {callersTree} from './callers.ts';
import {decodeBlock} from './decode.ts';
import type {FunctionId, Profile} from './profile.ts';
import {everything} from './selection.ts';
import {rowsByNode, spreadOf} from './spread.ts';
import {type CallTree, callTree, type NodeId, nodeOf, pathTo, placeOf, root} from './tree.ts';

const profile = decodeBlock(encode({
  functions: [{name: 'main'}, {name: 'a'}, {name: 'b'}, {name: 'work'}],
  stacks: [
    {frames: [[0], [1], [3]], samples: 6}, {frames: [[0], [2], [3]], samples: 3}, {frames: [[0], [2], [1], [3]], samples: 2},
    {frames: [[0]], samples: 1},
  ],
}));

function nameAt(of: Profile, tree: CallTree, node: number): string {
  return of.functions[of.locations[of.contexts.location[tree.context[node] ?? 0] ?? 0]?.function ?? 0]?.name ?? '';
}

function listed(tree: CallTree): string[] {
  return Array.from({length: tree.count - 1}, (_, i) => i + 1).map((node) =>
    `${pathTo(tree, node as NodeId).slice(1).map((at) => nameAt(profile, tree, at)).join('<')} ${(tree.total[node] ?? 0) / period}`);
}

test('below each function with own time stand its callers, heaviest first', () => {
  assert.deepEqual(listed(callersTree(profile, callTree(profile, everything), 'function')), [
    'work 11', 'work<a 8', 'work<a<main 6', 'work<a<b 2', 'work<a<b<main 2', 'work<b 3', 'work<b<main 3', 'main 1',
  ]);
});

test('the callers of one function have all of its time', () => {
  const tree = callersTree(profile, callTree(profile, everything), 'function', 1 as FunctionId);
  assert.deepEqual(listed(tree), ['a 8', 'a<main 6', 'a<b 2', 'a<b<main 2']);
});

test('a place names the same node again, and another tree of the same calls', () => {
  const calls = callTree(profile, everything);
  const tree = callersTree(profile, calls, 'function');
  for (let node = 1; node < tree.count; node++) assert.equal(nodeOf(tree, placeOf(tree, node as NodeId)), node);
  assert.equal(nodeOf(tree, 0 as ReturnType<typeof placeOf>), root);
});

test('own times and ranks add up as in the tree of calls', () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = decodeBlock(encode(randomProfile(seed)));
    const calls = callTree(random, everything);
    const tree = callersTree(random, calls, 'function');
    const own = new Map<string, number>();
    for (let node = 1; node < calls.count; node++) own.set(nameAt(random, calls, node), (own.get(nameAt(random, calls, node)) ?? 0) + (calls.self[node] ?? 0));
    const index = rowsByNode(tree);
    for (let node = 1; node < tree.count; node++) {
      if (tree.parent[node] !== root) continue;
      assert.equal(tree.total[node], own.get(nameAt(random, tree, node)), `seed ${seed}`);
      assert.equal(spreadOf(random, tree, index, node as NodeId).weights.reduce((sum, weight) => sum + weight, 0), tree.total[node]);
    }
  }
});

test('deep and wide stacks stay bounded', () => {
  const deep = Array.from({length: 3000}, (_, i): TestFrame => [i % 2]);
  const stacks = Array.from({length: 400}, (_, i) => ({frames: [...deep.slice(0, 5 + 7 * i), [2]] as TestFrame[], samples: 1}));
  const tall = decodeBlock(encode({functions: [{name: 'f'}, {name: 'g'}, {name: 'leaf'}], stacks}));
  const tree = callersTree(tall, callTree(tall, everything), 'function');
  assert.equal(tree.total[root], 400 * period);
  assert.ok(tree.count < 400 * 3000 / 10);
});
