import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period} from '../../tests/support/encode.ts';
import {randomProfile} from '../../tests/support/random.ts';
import {decodeBlock} from './decode.ts';
import {rowsByNode, spreadOf} from './spread.ts';
import {everything} from './selection.ts';
import {callTree, type NodeId, root} from './tree.ts';

const all = {...everything, machinery: true} as const;

test('the spread names the least and the most loaded rank', () => {
  const profile = decodeBlock(encode({
    functions: [{name: 'main'}, {name: 'work'}],
    processes: [{rank: 0}, {rank: 1}, {rank: 2}],
    threads: [{process: 0}, {process: 1}, {process: 2}],
    run: {ranks: 3},
    stacks: [
      {frames: [[0], [1]], thread: 0, samples: 4}, {frames: [[0], [1]], thread: 2, samples: 8}, {frames: [[0]], thread: 1, samples: 3},
    ],
  }));
  const tree = callTree(profile, all);
  const work = spreadOf(profile, tree, rowsByNode(tree), 2 as NodeId);
  assert.deepEqual([...work.weights], [4 * period, 0, 8 * period]);
  assert.deepEqual([work.least, work.most, work.mean], [1, 2, 4 * period]);
});

test('the spread of the root adds up to everything, and children to no more than their parent', () => {
  for (let seed = 0; seed < 20; seed++) {
    const profile = decodeBlock(encode(randomProfile(seed)));
    const tree = callTree(profile, all);
    const index = rowsByNode(tree);
    for (let node = root as number; node < tree.count; node++) {
      const {weights} = spreadOf(profile, tree, index, node as NodeId);
      assert.equal(weights.reduce((sum, weight) => sum + weight, 0), tree.total[node], `seed ${seed}, node ${node}`);
    }
  }
});
