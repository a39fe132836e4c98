import assert from 'node:assert/strict';
import {test} from 'node:test';
import {curveOf, decadesAround, nearest, spotOf} from './scatter.ts';

const box = {left: 10, top: 20, width: 300, height: 100};

test('axes are whole decades, one at least', () => {
  assert.deepEqual(decadesAround([3, 450]), {low: 1, high: 1000, ticks: [1, 10, 100, 1000]});
  assert.deepEqual(decadesAround([2]).ticks, [1, 10]);
  assert.deepEqual(decadesAround([10]).ticks, [10, 100]);
  assert.deepEqual(decadesAround([]).ticks, [1, 10]);
});

test('a point lies where its logarithms say', () => {
  const [x, y] = [decadesAround([1, 1000]), decadesAround([1, 100])];
  const {x: left, y: top} = spotOf(box, x, y, {x: 10, y: 10});
  assert.ok(Math.abs(left - 110) < 1e-9 && Math.abs(top - 70) < 1e-9);
});

test('the curve goes through 1 + slope × calls, within the box', () => {
  const [x, y] = [decadesAround([1, 1000]), decadesAround([1, 10])];
  const curve = curveOf(box, x, y, 0.1, 3);
  // At 1, 10 and 100 calls it is 1.1, 2 and 11 times: the last one is outside.
  assert.deepEqual(curve.map((at) => Math.round(at.x)), [10, 110]);
  assert.ok(Math.abs((curve[1]?.y ?? 0) - (20 + 100 * (1 - Math.log10(2)))) < 1e-9);
});

test('the nearest spot is found, if it is near', () => {
  const spots = [{x: 0, y: 0}, {x: 10, y: 0}];
  assert.equal(nearest(spots, 7, 1, 5), 1);
  assert.equal(nearest(spots, 5, 50, 5), undefined);
});
