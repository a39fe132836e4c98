import assert from 'node:assert/strict';
import {test} from 'node:test';
import {shareInterval} from './interval.ts';

// Newcombe, Statistics in Medicine 17 (1998), table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
const published = [[81, 263, 0.2553, 0.3662], [15, 148, 0.0624, 0.1605], [0, 20, 0, 0.1611], [1, 29, 0.0061, 0.1718]] as const;

for (const [hits, samples, low, high] of published) {
  test(`the interval of ${hits} in ${samples} is the published one`, () => {
    const found = shareInterval(hits / samples, samples);
    assert.ok(Math.abs(found.low - low) < 5e-5, `${found.low}`);
    assert.ok(Math.abs(found.high - high) < 5e-5, `${found.high}`);
  });
}

test('without samples any share is possible', () => {
  assert.deepEqual(shareInterval(0, 0), {low: 0, high: 1});
});
