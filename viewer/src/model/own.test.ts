import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period, type TestProfile} from '../../tests/support/encode.ts';
import {decodeBlock} from './decode.ts';
import {hotLines} from './own.ts';
import {everything} from './selection.ts';

const native: TestProfile = {
  functions: [{name: 'c_main', domain: 'native', file: 'm.c'}, {name: 'c_work', domain: 'native', file: 'w.c'}],
  stacks: [{frames: [[0, 1], [1, 2]], samples: 3}, {frames: [[0, 1]], samples: 1}],
};

function listed(example: TestProfile): [string | undefined, number | undefined, number][] {
  const profile = decodeBlock(encode(example));
  return hotLines(profile, everything).map(({location, own}) => {
    const found = profile.locations[location];
    return [profile.functions[found?.function ?? 0]?.name, found?.line, own / period];
  });
}

test('a Python line has the native code that it calls, but not other Python functions', () => {
  assert.deepEqual(listed({
    functions: [{name: 'main', file: 'a.py'}, {name: 'work', file: 'a.py'}, {name: 'kernel', domain: 'native', file: 'k.c'}, {name: 'eval', domain: 'native', machinery: true}],
    stacks: [
      {frames: [[0, 3], [2, 9], [2, 9]], samples: 8}, {frames: [[0, 3], [3]], samples: 1}, {frames: [[0, 4], [3], [1, 7], [2, 9]], samples: 5},
      {frames: [[0, 4], [2, 9], [1, 7]], samples: 2},
    ],
  }), [['main', 3, 9], ['work', 7, 7]]);
});

test('without Python native lines have their exclusive value', () => {
  assert.deepEqual(listed(native), [['c_work', 2, 3], ['c_main', 1, 1]]);
});
