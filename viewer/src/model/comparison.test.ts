import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period} from '../../tests/support/encode.ts';
import {cutComparison, traced} from '../../tests/support/traced.ts';
import {type ComparedFunction, type Comparison, ownByGroup, placesOf, pointsOf, sortedRows, tracedSelf, withoutTax} from './comparison.ts';
import {decodeBlock, DecodeError} from './decode.ts';
import type {FunctionId} from './profile.ts';

const profile = decodeBlock(encode(traced));
const {functions, tax_per_call_s: tax} = profile.comparison() as Comparison;
const names = (rows: readonly number[]): (string | undefined)[] => rows.map((row) => functions[row]?.name);

test('a profile without a comparison has none, and a damaged one is named', () => {
  const {comparison, ...rest} = traced;
  assert.ok(comparison);
  const plain = decodeBlock(encode(rest));
  assert.equal(plain.hasComparison, false);
  assert.equal(plain.comparison(), undefined);
  assert.throws(() => decodeBlock(encode(cutComparison)).comparison(), DecodeError);
  assert.throws(() => decodeBlock(encode({...traced, comparison: {tracer: 'cProfile'}})).comparison(), DecodeError);
});

test('lists are sorted, and what is unknown comes last', () => {
  assert.deepEqual(names(sortedRows(functions, 'larger')), ['tick', 'solve', 'watch', 'setup']);
  assert.deepEqual(names(sortedRows(functions, 'sampled')), ['solve', 'tick', 'watch', 'setup']);
  assert.deepEqual(names(sortedRows(functions, 'calls')), ['tick', 'solve', 'setup', 'watch']);
  assert.deepEqual(names(sortedRows(functions, 'inflation')).slice(0, 2), ['tick', 'solve']);
  assert.deepEqual(names(sortedRows(functions, 'tax')).slice(0, 2), ['solve', 'tick']);
  assert.deepEqual(names(sortedRows(functions, 'name')), ['setup', 'solve', 'tick', 'watch']);
});

test('the tracer puts first what the samples put second', () => {
  const places = placesOf(functions);
  assert.deepEqual([...places], [[0, {traced: 1, sampled: 2}], [1, {traced: 2, sampled: 1}]]);
});

test('points are of functions with a ratio, by calls for each second of samples', () => {
  assert.deepEqual(pointsOf(functions), [{row: 0, calls: 12e6, inflation: 3.4}, {row: 1, calls: 50, inflation: 1.05}]);
});

test('without the fitted tax a function has about what its samples say', () => {
  const tick = functions[0] as ComparedFunction;
  assert.ok(Math.abs(tracedSelf(tick) - 3.4) < 1e-12);
  assert.ok(Math.abs(withoutTax(tick, tax ?? 0) - (3.4 - 12e6 * 2.08e-7)) < 1e-9);
  assert.equal(withoutTax(tick, 1), 0);
});

test('own time on each rank has the native code that a function calls', () => {
  assert.deepEqual([...ownByGroup(profile, 2 as FunctionId)], [110 * period, 90 * period]);
  assert.deepEqual([...ownByGroup(profile, 1 as FunctionId)], [40 * period, 60 * period]);
});
