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

test('a rank has its part of the sums over ranks, as MPI and other; the whole has them once', () => {
  const profile = decodeBlock(encode({
    functions: [{name: 'f'}],
    processes: [{rank: 0}, {rank: 1}, {rank: -1, pid: 0, host: ''}],
    threads: [{summed_ns: 0.6 * period, summed_mpi_ns: 0.2 * period}, {process: 1, summed_ns: 0.4 * period}, {process: 2}],
    run: {ranks: 2},
    stacks: [{frames: [[0]], samples: 3}, {frames: [[0]], samples: 5, thread: 1}, {frames: [[0]], samples: 1, thread: 2}],
  }));
  assert.deepEqual(profile.groups.map((group) => group.label), ['rank 0', 'rank 1', 'sums over ranks']);
  const [first, second] = splitByGroup(profile, everything);
  assert.equal(first?.[mpi], 0.2 * period);
  assert.equal(first?.[categories.indexOf('other')], 0.6 * period - 0.2 * period);
  assert.equal(sumOf(second as Float64Array), 5.4 * period);
  assert.equal(sumOf(splitOf(profile, everything)), 9 * period);
});

test('the largest category comes first, those without a share not at all', () => {
  const split = new Float64Array(categories.length);
  split[2] = 5;
  split[0] = 7;
  assert.deepEqual(categoriesIn(split), [0, 2]);
});
