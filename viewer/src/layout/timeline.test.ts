import assert from 'node:assert/strict';
import {test} from 'node:test';
import {columnsFor, rangeOfColumns, rowsFor, scaled, shownRange, stepTo} from './timeline.ts';

const second = 1e9;
const whole = {begin: 0, end: 100 * second + 7};

test('rows have room for their names until there are too many', () => {
  assert.deepEqual(rowsFor(0), {rows: 0, height: 0});
  assert.deepEqual(rowsFor(4), {rows: 4, height: 88});
  assert.deepEqual(rowsFor(30), {rows: 30, height: 420});
  assert.deepEqual(rowsFor(65_536), {rows: 420, height: 420});
});

test('columns are pixels, at most 2 000, and fewer for very many ranks', () => {
  assert.equal(columnsFor(4, 812.6), 812);
  assert.equal(columnsFor(4, 5000), 2000);
  assert.equal(columnsFor(65_536, 1000), 64);
  assert.equal(columnsFor(1, 0), 1);
});

test('a range is shown as far as it is within the run', () => {
  assert.equal(shownRange(undefined, whole), whole);
  assert.equal(shownRange({begin: 200 * second, end: 300 * second}, whole), whole);
  assert.deepEqual(shownRange({begin: 50 * second, end: 300 * second}, whole), {begin: 50 * second, end: whole.end});
});

test('columns are ranges of time', () => {
  const range = {begin: 10 * second, end: 30 * second};
  assert.deepEqual(rangeOfColumns(range, 200, 0, 199), range);
  assert.deepEqual(rangeOfColumns(range, 20, 5, 6), {begin: 15 * second, end: 17 * second});
});

test('zooming keeps the middle, and stays within the run', () => {
  assert.deepEqual(scaled({begin: 0, end: 100 * second}, 60 * second, 0.5, whole), {begin: 35 * second, end: 85 * second});
  assert.deepEqual(scaled({begin: 0, end: 100 * second}, 5 * second, 0.5, whole), {begin: 0, end: 50 * second});
  assert.equal(scaled({begin: 20 * second, end: 80 * second}, 50 * second, 2, whole), undefined);
});

test('a step has whole microseconds, no less than a millisecond, and the whole run is none', () => {
  assert.deepEqual(stepTo({begin: 1_000_499, end: 9_000_501}, whole), {begin: 1_000_000, end: 9_001_000});
  const {begin, end} = stepTo({begin: 5 * second, end: 5 * second + 10}, whole) ?? {begin: 0, end: 0};
  assert.equal(end - begin, 1_000_000);
  assert.equal(stepTo(whole, whole), undefined);
  assert.deepEqual(stepTo({begin: 0, end: 10}, whole), {begin: 0, end: 1_000_000});
});
