import assert from 'node:assert/strict';
import {test} from 'node:test';
import {type Change, changeOf, delta, hasVanished, isNew, isNotable, isSignificant, relative} from './change.ts';

const period = 5_000_000;
const sampled = {unit: period, isShare: false};

function ofSamples(before: number, after: number): Change {
  return changeOf({value: before * period, samples: before}, {value: after * period, samples: after}, [sampled, sampled]);
}

/** ln n! */
const logFactorial = (n: number): number => Array.from({length: n}, (_, i) => Math.log(i + 1)).reduce((sum, log) => sum + log, 0);

/** Two-sided: the chance of a split at least as uneven, if both sides are alike. */
function chanceOfSplit(before: number, after: number): number {
  const n = before + after;
  let sum = 0;
  for (let k = 0; k <= Math.min(before, after); k++)
    sum += Math.exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k) - n * Math.log(2));
  return Math.min(1, 2 * sum);
}

test('what is called significant is no likelier than one in seventeen by the exact test', () => {
  for (let before = 0; before <= 40; before++) {
    for (let after = 0; after <= 40; after++) {
      const chance = chanceOfSplit(before, after);
      if (isSignificant(ofSamples(before, after))) assert.ok(chance < 1 / 17, `${before} ${after}`);
      if (chance < 0.01) assert.ok(isSignificant(ofSamples(before, after)), `${before} ${after}`);
    }
  }
});

test('a change keeps its values, and knows what is new and what has vanished', () => {
  const change = ofSamples(100, 160);
  assert.equal(delta(change), 60 * period);
  assert.ok(Math.abs((change.sigma ?? 0) - period * Math.sqrt(101 + 161)) < 1);
  assert.equal(relative(change), 60 / 160);
  assert.ok(isNew(ofSamples(0, 9)) && hasVanished(ofSamples(9, 0)) && !isNew(change));
  assert.equal(relative(ofSamples(0, 9)), 1);
  assert.equal(relative(ofSamples(0, 0)), 0);
  assert.ok(!isSignificant(ofSamples(0, 0)));
});

test('a share of everything is no chance, and what is not sampled is as it is counted', () => {
  const shares = {unit: 0.01, isShare: true};
  assert.equal(changeOf({value: 1, samples: 100}, {value: 1, samples: 100}, [shares, shares]).sigma, 0);
  const counted = {unit: 0, isShare: false};
  const change = changeOf({value: 7, samples: 0}, {value: 8, samples: 0}, [counted, counted]);
  assert.equal(change.sigma, undefined);
  assert.ok(isSignificant(change));
});

test('a change is notable beyond a hundredth of the larger whole', () => {
  const whole = ofSamples(100_000, 90_000);
  assert.ok(isNotable(ofSamples(2000, 3100), whole));
  assert.ok(!isNotable(ofSamples(2000, 2900), whole));
});
