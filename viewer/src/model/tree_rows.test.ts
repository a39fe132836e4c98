import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode} from '../../tests/support/encode.ts';
import {decodeBlock} from './decode.ts';
import {everything} from './selection.ts';
import {callTree, type NodeId, root} from './tree.ts';
import {mostChildren, openAtFirst, treeRows} from './tree_rows.ts';

const profile = decodeBlock(encode({
  functions: [{name: 'main'}, {name: 'heavy'}, {name: 'light'}, {name: 'leaf'}],
  stacks: [{frames: [[0], [1], [3]], samples: 9}, {frames: [[0], [2]], samples: 1}],
}));
const tree = callTree(profile, everything);

test('only children of open nodes are rows', () => {
  assert.deepEqual(treeRows(tree, new Set()).map((row) => row.node), [0]);
  const rows = treeRows(tree, new Set([0, 1] as NodeId[]));
  assert.deepEqual(rows.map((row) => row.node), [0, 1, 2, 4]);
  assert.deepEqual(rows.map((row) => [row.place, row.siblings]), [[1, 1], [1, 1], [1, 2], [2, 2]]);
  assert.deepEqual(rows.map((row) => [row.isOpen, row.hasChildren]), [[true, true], [true, true], [false, true], [false, false]]);
});

test('at first the heaviest way is open, and the way to where the reader was', () => {
  assert.deepEqual([...openAtFirst(tree, root)].sort(), [0, 1, 2, 3]);
  assert.ok(openAtFirst(tree, 4 as NodeId).has(1 as NodeId));
});

test('of many children the heaviest are shown', () => {
  const functions = [{name: 'main'}, ...Array.from({length: 500}, (_, i) => ({name: `f${i}`}))];
  const wide = decodeBlock(encode({functions, stacks: functions.slice(1).map((_, i) => ({frames: [[0], [i + 1]], samples: 1 + i}))}));
  const rows = treeRows(callTree(wide, everything), new Set([0, 1] as NodeId[]));
  assert.equal(rows.length, 2 + mostChildren);
});
