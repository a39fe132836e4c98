import assert from 'node:assert/strict';
import {test} from 'node:test';
import {cellAfter, cellAt, largestPerPixel, spanOfColumn} from './heat_map.ts';

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

test('keys move within the map', () => {
  const wide = {rows: 3, columns: 160};
  const moves: readonly [string, [number, number]][] = [
    ['ArrowUp', [0, 5]], ['ArrowDown', [2, 5]], ['ArrowLeft', [1, 4]], ['ArrowRight', [1, 6]], ['Home', [1, 0]], ['End', [1, 159]],
    ['PageUp', [1, 0]], ['PageDown', [1, 15]],
  ];
  for (const [key, [row, column]] of moves) assert.deepEqual(cellAfter(wide, {row: 1, column: 5}, key), {row, column}, key);
  assert.deepEqual(cellAfter(wide, {row: 0, column: 0}, 'ArrowUp'), {row: 0, column: 0});
  assert.deepEqual(cellAfter(wide, {row: 2, column: 159}, 'PageDown'), {row: 2, column: 159});
  for (const key of ['x', 'constructor', 'Tab']) assert.equal(cellAfter(wide, {row: 0, column: 0}, key), undefined);
});
