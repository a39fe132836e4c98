import assert from 'node:assert/strict';
import {test} from 'node:test';
import {count, duration, percent, visible} from './text.ts';

const durations: readonly [number, string][] = [
  [0, '0 s'], [850, '850 ns'], [1_500, '1.50 µs'], [45_600_000, '45.6 ms'], [999_960_000, '1000 ms'], [1.234e9, '1.23 s'],
  [61.2e9, '61.2 s'], [723e9, '12 min 03 s'], [7_380e9, '2 h 03 min'],
];

for (const [nanoseconds, text] of durations) {
  test(`${nanoseconds} ns reads ${text}`, () => assert.equal(duration(nanoseconds), text));
}

test('thousands stand apart', () => assert.equal(count(1234567), '1\u202f234\u202f567'));

test('small shares are not zero', () => {
  assert.equal(percent(0.00001), '< 0.01 %');
  assert.equal(percent(0.0051), '0.51 %');
  assert.equal(percent(0.4567), '45.7 %');
});

test('characters that reorder, hide or control text are shown as escapes', () => {
  assert.equal(visible('safe\u202egnp.exe\u2066\n\u200b'), 'safe\\u202egnp.exe\\u2066\\u000a\\u200b');
  assert.equal(visible('ünï <b> 日本 👩‍🔬'), 'ünï <b> 日本 👩‍🔬');
});
