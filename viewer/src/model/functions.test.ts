import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period} from '../../tests/support/encode.ts';
import {randomProfile} from '../../tests/support/random.ts';
import {decodeBlock} from './decode.ts';
import {functionRows, sortRows} from './functions.ts';
import type {Profile} from './profile.ts';
import {everything} from './selection.ts';
import {callTree} from './tree.ts';

const all = {...everything, machinery: true} as const;
const nameIn = (profile: Profile, location: number): string =>
  profile.functions[profile.locations[location]?.function ?? 0]?.name ?? '';

test('recursion counts once in the total', () => {
  const profile = decodeBlock(encode({
    functions: [{name: 'f'}, {name: 'g'}],
    stacks: [{frames: [[0], [1], [0]], samples: 2}, {frames: [[0]], samples: 1}, {frames: [[1], [0]], samples: 4}],
  }));
  const rows = functionRows(profile, callTree(profile, all), 'function');
  const byName = new Map(rows.map((row) => [nameIn(profile, row.location), row]));
  assert.equal(byName.get('f')?.total, 7 * period);
  assert.equal(byName.get('f')?.self, 7 * period);
  assert.equal(byName.get('g')?.total, 6 * period);
  assert.equal(byName.get('g')?.self, 0);
});

test('rows agree with a walk of every stack', () => {
  for (let seed = 0; seed < 30; seed++) {
    const profile = decodeBlock(encode(randomProfile(seed)));
    const expected = new Map<string, number>();
    for (let row = 0; row < profile.values.count; row++) {
      const onStack = new Set<string>();
      for (let at = profile.values.context[row] ?? 0; at !== 0; at = profile.contexts.parent[at] ?? 0) {
        onStack.add(nameIn(profile, profile.contexts.location[at] ?? 0));
      }
      for (const name of onStack) expected.set(name, (expected.get(name) ?? 0) + (profile.values.weight[row] ?? 0));
    }
    const rows = functionRows(profile, callTree(profile, all), 'function');
    const found = new Map(rows.map((row) => [nameIn(profile, row.location), row.total]));
    const positive = new Map([...expected].filter(([, total]) => total > 0));
    assert.deepEqual(new Map([...found].sort()), new Map([...positive].sort()), `seed ${seed}`);
  }
});

test('rows are sorted from large to small, names from A to Z', () => {
  const profile = decodeBlock(encode({
    functions: [{name: 'b'}, {name: 'a'}, {name: 'c'}],
    stacks: [{frames: [[0], [1]], samples: 2}, {frames: [[0], [2]], samples: 5}],
  }));
  const rows = functionRows(profile, callTree(profile, all), 'function');
  const order = (key: 'self' | 'total' | 'name'): string =>
    sortRows(rows, key, (row) => nameIn(profile, row.location)).map((row) => nameIn(profile, row.location)).join('');
  assert.equal(order('self'), 'cab');
  assert.equal(order('total'), 'bca');
  assert.equal(order('name'), 'abc');
});
