import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period} from '../../tests/support/encode.ts';
import {decodeBlock} from './decode.ts';
import {comparedGroups, histogram, imbalanceOf, rankRows} from './imbalance.ts';
import {everything} from './selection.ts';

test('what is lost is what all others wait for the slowest', () => {
  const found = imbalanceOf(Float64Array.of(2, 8, 2, 4));
  assert.deepEqual([found.min, found.mean, found.max, found.argmin, found.argmax, found.lost], [2, 4, 8, 0, 1, 16]);
  assert.equal(found.sigma, Math.sqrt((4 + 16 + 4 + 0) / 4));
  assert.equal(imbalanceOf(new Float64Array(0)).lost, 0);
});

test('functions that lose most come first, and what has no rank is no column', () => {
  const profile = decodeBlock(encode({
    functions: [{name: 'even'}, {name: 'uneven'}, {name: 'eval', domain: 'native', machinery: true}],
    processes: [{rank: 0}, {rank: 1}, {rank: -1, pid: 9}],
    threads: [{process: 0}, {process: 1}, {process: 2}],
    run: {ranks: 2},
    stacks: [
      {frames: [[0]], samples: 50}, {frames: [[0]], samples: 50, thread: 1}, {frames: [[0], [1]], samples: 1},
      {frames: [[0], [1], [2]], samples: 8, thread: 1}, {frames: [[0], [1]], samples: 90, thread: 2},
    ],
  }));
  const groups = comparedGroups(profile);
  assert.deepEqual(groups, [0, 1]);
  const rows = rankRows(profile, everything, groups);
  assert.deepEqual(rows.map((row) => profile.functions[row.function]?.name), ['uneven', 'even']);
  assert.deepEqual([...(rows[0]?.figures ?? [])], [period, 8 * period]);
});

test('a histogram counts every figure once', () => {
  assert.deepEqual([...histogram(Float64Array.of(0, 1, 2, 10), 5)], [2, 1, 0, 0, 1]);
  assert.deepEqual([...histogram(Float64Array.of(3, 3, 3), 4)], [3, 0, 0, 0]);
});
