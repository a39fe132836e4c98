import assert from 'node:assert/strict';
import {test} from 'node:test';
import {checked, optional} from './checked.ts';
import {DecodeError} from './decode_error.ts';

const example = {name: '', sizes: [0], place: optional({line: 0})};

test('what looks like the example is passed on', () => {
  for (const value of [{name: 'a', sizes: [], place: null}, {name: '', sizes: [1, 2], place: {line: 3}}, {name: '', sizes: []}]) {
    assert.equal(checked(value as unknown, example, 'it'), value);
  }
});

test('what does not is named', () => {
  const wrong: readonly [unknown, RegExp][] = [
    [{sizes: []}, /it\.name/], [{name: '', sizes: {}}, /it\.sizes/], [{name: '', sizes: ['1']}, /it\.sizes/],
    [{name: '', sizes: [null]}, /it\.sizes/], [{name: '', sizes: [], place: {line: '3'}}, /it\.place\.line/], [null, /it is missing/], [[], /it is missing/],
  ];
  for (const [value, message] of wrong) {
    assert.throws(() => checked(value, example, 'it'), (error) => error instanceof DecodeError && message.test(error.message));
  }
});
