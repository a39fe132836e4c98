import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period, type TestProfile} from '../../tests/support/encode.ts';
import {decodeBlock} from './decode.ts';
import {kernelsOf, ratioValue} from './kernels.ts';
import type {GroupId} from './profile.ts';
import {everything} from './selection.ts';

const example: TestProfile = {
  functions: [
    {name: 'main', file: 'a.py'}, {name: 'eval', domain: 'native', machinery: true}, {name: 'kernel', domain: 'native', file: 'k.c'},
    {name: 'MPI_Send', domain: 'mpi'}, {name: 'memcpy', domain: 'native'}, {name: 'lonely', domain: 'native'},
  ],
  processes: [{rank: 0}, {rank: 1}],
  threads: [{process: 0}, {process: 1}],
  run: {ranks: 2},
  measures: [{name: 'ins', unit: 'count', perSample: 6}, {name: 'cyc', unit: 'count', perSample: 4}],
  ratios: [{name: 'ipc', unit: '', numerator: 1, denominator: 2, scale: 1}],
  stacks: [
    {frames: [[0, 3], [1], [2, 10]], samples: 5}, {frames: [[0, 3], [1], [2, 11]], samples: 4, thread: 1},
    {frames: [[0, 7], [2, 10]], samples: 20, thread: 1}, {frames: [[0, 7], [2, 10], [1]], samples: 2},
    {frames: [[0, 3], [3], [4]], samples: 50}, {frames: [[5]], samples: 9}, {frames: [[0, 3], [1]], samples: 9},
  ],
};
const profile = decodeBlock(encode(example));

test('a kernel has its own time, what it calls of the interpreter, its heaviest line, and the lines that call for it', () => {
  const [kernel, ...more] = kernelsOf(profile, everything);
  assert.equal(more.length, 0, 'neither what MPI uses nor what no Python line called');
  assert.equal(profile.functions[kernel?.function ?? 0]?.name, 'kernel');
  assert.equal(kernel?.figures[0], 31 * period);
  assert.equal(kernel?.samples, 31);
  assert.equal(kernel?.line, 10);
  assert.deepEqual(kernel?.callers.map(({line, weight}) => [line, weight / period]), [[7, 22], [3, 9]]);
  assert.deepEqual([...(kernel?.byGroup ?? [])], [7 * period, 24 * period]);
});

test('counters follow, and their ratios', () => {
  const [kernel] = kernelsOf(profile, everything);
  assert.deepEqual(kernel?.figures.slice(1), [31 * 6, 31 * 4]);
  const [ipc] = profile.ratios;
  assert.equal(ipc && ratioValue(ipc, kernel?.figures ?? []), 1.5);
  assert.equal(ipc && ratioValue(ipc, [1, 2, 0]), undefined);
});

test('one rank is that rank alone', () => {
  const [kernel] = kernelsOf(profile, {...everything, group: 0 as GroupId});
  assert.equal(kernel?.figures[0], 7 * period);
});
