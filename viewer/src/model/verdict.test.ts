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

test('stacks with a guessed frame are whole', () => {
  const lines = linesOf({lost: [{cause: 'unwind_guessed', count: 5000}], unwind_complete: 5000, unwind_fallback: 5000, unwind_truncated: 0});
  const lineOf = (label: string): (typeof lines)[number] | undefined => lines.find((line) => line.label === label);
  assert.equal(lineOf('Lost or cut samples')?.value, 'none');
  assert.equal(lineOf('Native stacks complete')?.value, '100.0 %');
  assert.match(lineOf('Native stacks complete')?.detail ?? '', /^5.000 with a frame found by stack scan/);
  assert.equal(worst(lines), 'good');
});

test('stacks that are cut short are not', () => {
  const cut = {unwind_complete: 9000, unwind_fallback: 500, unwind_truncated: 500};
  assert.equal(linesOf(cut).find(({label}) => label === 'Native stacks complete')?.value, '95.0 %');
  assert.equal(worst(linesOf(cut)), 'fair');
});

test('what was not measured is not graded', () => {
  const labels = linesOf({native: 0, cpu_covered: 0, handler_ns: 0}).map((line) => line.label);
  assert.deepEqual(labels, ['Lost or cut samples', 'Native stacks complete', 'Python and native joined exactly']);
});
