import assert from 'node:assert/strict';
import {test} from 'node:test';
import {cellAt, largestPerPixel, spanOfColumn} from './heat_map.ts';

const map = {rows: 3, columns: 4, width: 400, rowHeight: 20};

test('a place is in one cell, and beyond the map in none', () => {
  assert.deepEqual(cellAt(map, 399, 59), {row: 2, column: 3});
  assert.deepEqual(cellAt(map, 100, 20), {row: 1, column: 1});
  for (const [x, y] of [[-1, 0], [400, 0], [0, 60], [0, -1]] as const) assert.equal(cellAt(map, x, y), undefined);
});

test('columns fill the width, and none is narrower than a pixel', () => {
  assert.deepEqual(spanOfColumn(map, 1), {left: 100, width: 100});
  assert.equal(spanOfColumn({...map, columns: 4000}, 7).width, 1);
});

test('with more ranks than pixels the largest is seen', () => {
  const figures = Float64Array.from({length: 1000}, (_, rank) => (rank === 777 ? 9 : 1));
  const order = Array.from(figures, (_, rank) => rank);
  const pixels = largestPerPixel(figures, order, 100);
  assert.equal(pixels[77], 9);
  assert.equal(pixels.filter((value) => value === 1).length, 99);
  assert.equal(largestPerPixel(figures, [...order].reverse(), 100)[22], 9);
});

test('with fewer ranks than pixels each has several', () => {
  assert.deepEqual([...largestPerPixel(Float64Array.of(1, 2), [0, 1], 4)], [1, 1, 2, 2]);
});
