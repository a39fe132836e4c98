import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode} from '../../tests/support/encode.ts';
import {generator, randomProfile} from '../../tests/support/random.ts';
import {decodeBlock} from '../model/decode.ts';
import {type CallTree, callTree, type NodeId, root} from '../model/tree.ts';
import {everything} from '../model/selection.ts';
import {nodeAt, nodeAtDepth, rowCount, rowsInSight, rowsOf, spanOf, type Viewport, visibleBoxes} from './flame.ts';

const all = {...everything, granularity: 'line', machinery: true} as const;
const treeOf = (seed: number): CallTree => callTree(decodeBlock(encode(randomProfile(seed, 400))), all);

/** Every box of the view, however small, by looking at every node. */
function allBoxes(tree: CallTree, view: Viewport): {node: number; row: number; left: number; width: number}[] {
  return Array.from({length: tree.count}, (_, node) => node).flatMap((node) => {
    const row = tree.depth[node] ?? 0;
    const isCaller = node <= view.zoom && (tree.end[node] ?? 0) >= (tree.end[view.zoom] ?? 0);
    const isBelow = node >= view.zoom && node < (tree.end[view.zoom] ?? 0);
    if (row < view.top || row >= view.bottom || !(isCaller || isBelow)) return [];
    return [{node, row, ...spanOf(tree, view, node as NodeId)}];
  });
}

function views(tree: CallTree, seed: number): Viewport[] {
  const random = generator(seed);
  return Array.from({length: 12}, () => {
    const top = random(4);
    return {zoom: random(tree.count) as NodeId, width: 40 + random(600), top, bottom: top + 1 + random(8)};
  });
}

test('the node of a depth at a part of the width is the one whose span holds it', () => {
  const tree = treeOf(3);
  const rows = rowsOf(tree);
  for (const x of [0, 0.31, 0.62, 0.999, 1]) {
    for (let depth = 0; depth <= tree.deepest; depth++) {
      const found = nodeAtDepth(tree, rows, x, depth);
      const wanted = allBoxes(tree, {zoom: root, width: 1, top: depth, bottom: depth + 1})
        .find(({left, width}) => left <= x - (x === 1 ? 1e-9 : 0) && x - (x === 1 ? 1e-9 : 0) < left + width);
      assert.equal(found, wanted?.node, `${x} at ${depth}`);
    }
  }
});

test('rows in sight follow the scrolled frame, in both directions', () => {
  const frame = {top: 60, height: 200, all: 1000};
  assert.deepEqual(rowsInSight(frame, 20, false, 50), {first: 3, end: 13});
  assert.deepEqual(rowsInSight(frame, 20, true, 50), {first: 37, end: 47});
  assert.deepEqual(rowsInSight({top: 0, height: 200, all: 200}, 20, false, 4), {first: 0, end: 4});
  assert.deepEqual(rowsInSight({top: 900, height: 100, all: 1000}, 20, false, 4), {first: 3, end: 4});
});

test('every box of a pixel or more is drawn where it belongs, and the rest is covered', () => {
  for (let seed = 0; seed < 20; seed++) {
    const tree = treeOf(seed);
    const rows = rowsOf(tree);
    for (const view of views(tree, seed)) {
      const drawn = visibleBoxes(tree, rows, view);
      const byNode = new Map(drawn.map((box) => [box.node as number, box]));
      for (const box of allBoxes(tree, view)) {
        const found = byNode.get(box.node);
        if (box.width >= 1) assert.ok(found, `seed ${seed}: node ${box.node}`);
        if (found && !found.crumbs) assert.ok(Math.abs(found.left - box.left) < 1e-6 && Math.abs(found.width - box.width) < 1e-6);
        const covered = drawn.some((other) => other.row === box.row && other.left <= box.left + 1e-6 && other.left + Math.max(other.width, 1) >= box.left);
        assert.ok(covered, `seed ${seed}: place of node ${box.node}`);
      }
    }
  }
});

test('no row has more boxes than pixels, however many nodes it has', () => {
  const stacks = Array.from({length: 5000}, (_, line) => ({frames: [[0, 1 + line]] as const, samples: 1}));
  const tree = callTree(decodeBlock(encode({functions: [{name: 'f'}], stacks})), all);
  const boxes = visibleBoxes(tree, rowsOf(tree), {zoom: root, width: 100, top: 0, bottom: 10});
  assert.ok(boxes.length <= 102, `${boxes.length}`);
});

test('the node under a point is the one whose box covers it', () => {
  for (let seed = 0; seed < 20; seed++) {
    const tree = treeOf(seed);
    const rows = rowsOf(tree);
    const random = generator(seed + 100);
    for (const view of views(tree, seed)) {
      const [row, x] = [random(9), random(view.width) + 0.5];
      const boxes = allBoxes(tree, {...view, top: 0, bottom: 99});
      const expected = boxes.find((box) => box.row === row && box.left <= x && x < box.left + box.width)?.node;
      assert.equal(nodeAt(tree, rows, view, row, x), expected, `seed ${seed}`);
    }
  }
});

test('outside the graph there is nothing', () => {
  const tree = treeOf(1);
  const view = {zoom: root, width: 100, top: 0, bottom: 9};
  for (const [row, x] of [[-1, 5], [tree.deepest + 1, 5], [0, -1], [0, 100]] as const) {
    assert.equal(nodeAt(tree, rowsOf(tree), view, row, x), undefined);
  }
});

test('a zoomed view is as high as its own subtree', () => {
  const tree = treeOf(3);
  for (let node = 0; node < tree.count; node++) {
    const below = Array.from(tree.depth.subarray(node, tree.end[node]));
    assert.equal(rowCount(tree, node as NodeId), Math.max(...below) + 1);
  }
});
