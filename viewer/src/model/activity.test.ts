import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period} from '../../tests/support/encode.ts';
import {heat} from '../../tests/support/samples.ts';
import {categoriesIn, splitByGroup, splitOf, sumOf} from './activity.ts';
import {decodeBlock} from './decode.ts';
import {categories, type GroupId} from './profile.ts';
import {everything} from './selection.ts';

const mpi = categories.indexOf('mpi');

test('categories of all ranks sum to the total, and those of a rank to its part', () => {
  const profile = decodeBlock(encode(heat));
  const whole = profile.values.weight.reduce((sum, weight) => sum + weight, 0);
  assert.equal(sumOf(splitOf(profile, everything)), whole);
  const groups = splitByGroup(profile, everything);
  assert.equal(groups.reduce((sum, split) => sum + sumOf(split), 0), whole);
  assert.equal(sumOf(splitOf(profile, {...everything, group: 2 as GroupId})), sumOf(groups[2] as Float64Array));
});

test('sums over ranks count, as MPI and other', () => {
  const profile = decodeBlock(encode({
    functions: [{name: 'f'}], stacks: [{frames: [[0]], samples: 1}], threads: [{summed_ns: 50, summed_mpi_ns: 20}],
  }));
  const split = splitOf(profile, everything);
  assert.equal(split[mpi], 20);
  assert.equal(split[categories.indexOf('other')], 30);
  assert.equal(sumOf(split), period + 50);
});

test('the largest category comes first, those without a share not at all', () => {
  const split = new Float64Array(categories.length);
  split[2] = 5;
  split[0] = 7;
  assert.deepEqual(categoriesIn(split), [0, 2]);
});
