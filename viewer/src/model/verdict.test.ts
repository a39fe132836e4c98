import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, type TestProfile} from '../../tests/support/encode.ts';
import {heat} from '../../tests/support/samples.ts';
import {decodeBlock} from './decode.ts';
import {qualityLines, worst} from './verdict.ts';

const linesOf = (quality: NonNullable<TestProfile['quality']>): ReturnType<typeof qualityLines> =>
  qualityLines(decodeBlock(encode({...heat, quality: {...heat.quality, ...quality}})));

test('a clean run is good', () => assert.equal(worst(linesOf({})), 'good'));

test('the worst line decides', () => {
  assert.equal(worst(linesOf({cpu_covered: 0.93})), 'fair');
  assert.equal(worst(linesOf({cpu_covered: 0.5})), 'poor');
  assert.equal(worst(linesOf({damaged_bytes: 1})), 'poor');
  assert.equal(worst(linesOf({lost: [{cause: 'tree_full', count: 5000}]})), 'poor');
});

test('wall time counts where it was measured', () => {
  const lineOf = (quality: NonNullable<TestProfile['quality']>): string | undefined =>
    linesOf(quality).find(({label}) => label === 'Wall time covered')?.value;
  assert.equal(lineOf({}), undefined);
  assert.equal(lineOf({wall_covered: 0.96}), '96.0 %');
  assert.equal(worst(linesOf({wall_covered: 0.96})), 'fair');
  assert.equal(worst(linesOf({wall_covered: 0.8})), 'poor');
});

test('losses are named by cause, and causes without losses are not', () => {
  const line = linesOf({lost: [{cause: 'tree_full', count: 7}, {cause: 'reentered', count: 0}]}).find(({label}) => label.startsWith('Lost'));
  assert.equal(line?.detail, 'tree full 7');
});

test('what was not measured is not graded', () => {
  const labels = linesOf({native: 0, cpu_covered: 0, handler_ns: 0}).map((line) => line.label);
  assert.deepEqual(labels, ['Lost or cut samples', 'Native stacks complete', 'Python and native joined exactly']);
});
