import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode} from '../../tests/support/encode.ts';
import {randomProfile} from '../../tests/support/random.ts';
import {decodeBlock} from './decode.ts';
import {flatRows} from './flat.ts';
import {functionRows} from './functions.ts';
import type {GroupId} from './profile.ts';
import {everything} from './selection.ts';
import {callTree} from './tree.ts';

test('the flat list says what the tree says', () => {
  for (let seed = 0; seed < 40; seed++) {
    const profile = decodeBlock(encode(randomProfile(seed)));
    for (const granularity of ['function', 'line'] as const) {
      const selection = {...everything, granularity, group: seed % 3 === 0 ? (1 as GroupId) : undefined};
      const key = (location: number): string => {
        const {function: id, line} = profile.locations[location] ?? {function: 0, line: 0};
        return granularity === 'line' ? `${id}:${line}` : `${id}`;
      };
      const flat = new Map(flatRows(profile, selection, granularity).map((row) => [key(row.location), [row.self, row.total]]));
      const expected = new Map(functionRows(profile, callTree(profile, selection), granularity).map((row) => [key(row.location), [row.self, row.total]]));
      assert.deepEqual(new Map([...flat].sort()), new Map([...expected].sort()), `seed ${seed}, ${granularity}`);
    }
  }
});

test('the heaviest own weights come first', () => {
  const rows = flatRows(decodeBlock(encode(randomProfile(3))), everything, 'function');
  assert.deepEqual(rows.map((row) => row.self), rows.map((row) => row.self).sort((a, b) => b - a));
});
