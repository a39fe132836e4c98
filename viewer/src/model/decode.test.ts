import assert from 'node:assert/strict';
import {test} from 'node:test';
import {describe, encode, encodeBase64, pack, period, type TestProfile} from '../../tests/support/encode.ts';
import {heat} from '../../tests/support/samples.ts';
import {generator} from '../../tests/support/random.ts';
import {splitByGroup} from './activity.ts';
import {decodeBase64, decodeBlock, DecodeError} from './decode.ts';
import {hasMoments, partIn} from './moments.ts';
import {kernelsOf} from './kernels.ts';
import type {Profile} from './profile.ts';
import {everything} from './selection.ts';
import {rasterOf, timelineGroups, wholeRun} from './timeline.ts';
import {callTree} from './tree.ts';
import {qualityLines} from './verdict.ts';

const two: TestProfile = {
  functions: [{name: 'main', file: 'a.py', line: 1}, {name: 'work', domain: 'mpi', module: 0, machinery: true}],
  modules: ['/lib/libm.so'],
  stacks: [{frames: [[0, 7]], samples: 3}, {frames: [[0, 7], [1]], samples: 2, weight: 2 * period - 1}],
};

test('a profile comes out of its page as it went in', async () => {
  const profile = await decodeBase64(`\n${encodeBase64(two)}\n`);
  assert.deepEqual(profile.functions.map((fn) => [fn.name, fn.file, fn.firstLine, fn.domain, fn.machinery, fn.named]), [
    ['main', 'a.py', 1, 'python', false, true], ['work', '', 0, 'mpi', true, true],
  ]);
  assert.equal(profile.functions[1]?.module?.path, '/lib/libm.so');
  assert.deepEqual([...profile.contexts.parent], [0, 0, 1]);
  assert.deepEqual([...profile.values.context], [1, 2]);
  assert.deepEqual([...profile.values.weight], [3 * period, 2 * period - 1]);
});

test('a profile knows whether stacks cross the border of worker threads', () => {
  const functions = [{name: 'main'}, {name: '[worker threads]', workers: true}];
  assert.equal(decodeBlock(encode({functions, stacks: [{frames: [[0], [1], [0]], samples: 1}]})).hasWorkers, true);
  assert.equal(decodeBlock(encode({functions, stacks: [{frames: [[0]], samples: 1}]})).hasWorkers, false);
});

test('weights beyond 32 bits are exact', () => {
  const weight = 2 ** 52 + 12345;
  const profile = decodeBlock(encode({...two, stacks: [{frames: [[0]], samples: 1, weight}]}));
  assert.equal(profile.values.weight[0], weight);
});

test('ranks are groups in order, and threads know theirs', () => {
  const profile = decodeBlock(encode(heat));
  assert.deepEqual(profile.groups.map((group) => group.label), ['rank 0', 'rank 1', 'rank 2', 'rank 3']);
  assert.deepEqual([...profile.groupOfThread], [0, 1, 2, 3]);
});

test('text that is not base64 of gzip is refused with a sentence', async () => {
  await assert.rejects(decodeBase64('§§'), DecodeError);
  await assert.rejects(decodeBase64('aGVsbG8='), DecodeError);
  await assert.rejects(decodeBase64(encodeBase64(two).slice(0, 200)), DecodeError);
});

test('a block cut at any place is refused', () => {
  const whole = encode(two);
  for (let length = 0; length < whole.byteLength; length += 4) {
    assert.throws(() => decodeBlock(whole.slice(0, length)), (error) => error instanceof Error, `cut at ${length}`);
  }
});

const damages: readonly [column: string, values: readonly number[]][] = [
  ['context.up', [0, 2, 1]], ['context.up', [0, 1, 0]], ['context.location', [0, 0, 9]], ['function.name', [0, 99]],
  ['function.module', [7, 0]], ['function.flags', [0, 5]], ['location.function', [0, 2]], ['value.step', [1, 2]],
  ['value.thread', [0, 1]], ['value.samples', [1]], ['value.extra_high', [0, 0x80000000]],
];

for (const [name, values] of damages) {
  test(`impossible values of ${name} are refused (${values.join(' ')})`, () => {
    const {header, columns} = describe(two);
    const changed = columns.map(([column, old]) => [column, column === name ? values : old] as (typeof columns)[number]);
    assert.throws(() => decodeBlock(pack(header, changed)), DecodeError);
  });
}

test('counters, calls of ranks and source text are decoded when asked for', () => {
  const profile = decodeBlock(encode({
    ...two,
    measures: [{name: 'PAPI_TOT_INS', unit: 'count', perSample: 2 ** 33}],
    calls: {ranks: [0, 1], time_of_ranks_ns: 10, rows: [{call: 'MPI_Send', time_ns: 7, samples: 0}]},
    callsByRank: {time: [3, 2 ** 40], wait: [1, 0]},
    sources: [{file: 'a.py', first_line: 5, lines: ['x = 1', '</script>']}],
  }));
  assert.deepEqual(profile.metrics.map((metric) => metric.name), ['cpu', 'PAPI_TOT_INS']);
  assert.deepEqual([...profile.valuesOf(1).weight], [3 * 2 ** 33, 2 * 2 ** 33]);
  assert.equal(profile.valuesOf(1), profile.valuesOf(1));
  assert.equal(profile.valuesOf(0), profile.values);
  assert.deepEqual([...profile.callsByRank().time], [3, 2 ** 40]);
  assert.equal(profile.callsByRank().rows, 1);
  assert.deepEqual(profile.sources()[0]?.lines, ['x = 1', '</script>']);
});

test('a damaged section is refused when it is asked for, and harms no other', () => {
  const {header, columns} = describe({...two, measures: [{name: 'x', unit: 'count', perSample: 1}]});
  const without = columns.filter(([name]) => !name.startsWith('measure0'));
  const profile = decodeBlock(pack(header, without, [{file: 'a.py', first_line: -1, lines: []}]));
  assert.equal(profile.values.count, 2);
  assert.throws(() => profile.valuesOf(1), DecodeError);
  assert.throws(() => profile.sources(), DecodeError);
});

const sliced: TestProfile = {...two, processes: [{}, {pid: 101}], slices: [[[1, 2, 3, 4], [5, 6, 7, 8]], [[9, 0, 0, 0]]]};

test('time slices stand by process', () => {
  const {first, samples} = decodeBlock(encode(sliced)).slices();
  assert.deepEqual([...first], [0, 2, 3]);
  assert.deepEqual(samples.map((column) => [...column]), [[1, 5, 9], [2, 6, 0], [3, 7, 0], [4, 8, 0]]);
});

for (const process of [{slices: 3}, {slices: -1}, {slices: 1.5}, {slices: 2 ** 32 + 2}, {slice_width_ns: 0}, {begin_ns: -1}, {slice_width_ns: 1e30}]) {
  test(`time slices with ${JSON.stringify(process)} are refused when they are asked for`, () => {
    const profile = decodeBlock(encode({...sliced, processes: [process, {}]}));
    assert.throws(() => profile.slices(), DecodeError);
  });
}

const wrongHeaders: readonly [string, object][] = [
  ['a text where a number should be', {quality: {samples: 'many'}}],
  ['a list where an object should be', {run: []}],
  ['a ratio of metrics that are not there', {ratios: [{name: '', unit: '', numerator: 9, denominator: 0, scale: 1}]}],
  ['findings that are no texts', {findings: [{}]}],
  ['no calls', {calls: null}],
];

for (const [what, change] of wrongHeaders) {
  test(`a header with ${what} is refused`, () => {
    const {header, columns} = describe(two);
    assert.throws(() => decodeBlock(pack({...header, ...change}, columns)), DecodeError);
  });
}

test('a category that is none is refused', () => {
  const {header, columns} = describe(two);
  const changed = columns.map(([name, values]): [string, readonly number[]] => [name, name === 'context.use' ? values.map(() => 0xff) : values]);
  assert.throws(() => decodeBlock(pack(header, changed)), DecodeError);
});

/** Everything that views read. */
function readAll(profile: Profile): void {
  profile.metrics.forEach((_, metric) => callTree(profile, {...everything, metric}));
  profile.callsByRank();
  rasterOf(profile, timelineGroups(profile), wholeRun(profile), 1, 20);
  if (hasMoments(profile)) callTree(partIn(profile, wholeRun(profile)).profile, everything);
  profile.sources();
  kernelsOf(profile, everything);
  splitByGroup(profile, everything);
  qualityLines(profile);
}

test('a block with changed bytes is read or refused with a sentence, whichever bytes', () => {
  const whole = new Uint8Array(encode(heat));
  const random = generator(7);
  let refused = 0;
  for (let round = 0; round < 1500; round++) {
    const changed = whole.slice();
    for (let i = 0; i <= random(4); i++) changed[random(changed.length)] = random(256);
    try {
      readAll(decodeBlock(changed.buffer));
    } catch (error) {
      assert.ok(error instanceof DecodeError, `round ${round}: ${String(error)}`);
      refused++;
    }
  }
  assert.ok(refused > 100, 'many changes are found');
});
