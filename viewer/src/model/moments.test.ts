import assert from 'node:assert/strict';
import {test} from 'node:test';
import {describe, encode, pack, period, type TestMoment, type TestProfile} from '../../tests/support/encode.ts';
import {generator, randomProfile} from '../../tests/support/random.ts';
import {decodeBlock, DecodeError} from './decode.ts';
import {errorOf, hasMoments, partIn} from './moments.ts';
import type {FunctionId, GroupId, Profile} from './profile.ts';
import {everything, type Selection} from './selection.ts';
import {callTree} from './tree.ts';

const two: TestProfile = {
  functions: [{name: 'main', file: 'a.py', line: 1}, {name: 'work', domain: 'native'}],
  stacks: [{frames: [[0, 7]], samples: 3}, {frames: [[0, 7], [1]], samples: 2, thread: 1}],
  processes: [{moment_stride_ns: 5}, {pid: 101, moment_stride_ns: 20}],
  threads: [{}, {process: 1}],
  slices: [[[1, 0, 0, 0]], [[1, 0, 0, 0]]],
  measures: [{name: 'PAPI_TOT_INS', unit: 'count', perSample: 7}],
  run: {moment_unit_ns: 4},
  moments: [[[0, 0], [2, 0], [2, 1], [9, 1]], [[2, 1], [3, 0]]],
};

const decoded = (profile: TestProfile): Profile => decodeBlock(encode(profile));

test('a range holds the moments from its begin to before its end, each with the weight of its process', () => {
  const {profile, moments, effective, unknown} = partIn(decoded(two), {begin: 8, end: 12});
  assert.deepEqual([...profile.values.context], [1, 2, 2]);
  assert.deepEqual([...profile.values.weight], [5, 5, 20]);
  assert.deepEqual([...profile.groupOfThread].map((group, thread) => [group, profile.threads[thread]?.process]), [[0, 0], [1, 1]]);
  assert.deepEqual([moments, unknown], [3, 0]);
  assert.equal(effective, 900 / 450);
  assert.deepEqual([...callTree(profile, {...everything, group: 1 as GroupId}).total], [20, 20, 20]);
});

test('a range without moments is an empty profile, and no figure is made up', () => {
  const {profile, moments, effective} = partIn(decoded(two), {begin: 40, end: 41});
  assert.deepEqual([moments, effective, callTree(profile, everything).count], [0, 0, 1]);
});

test('of a range neither counters nor threads are known', () => {
  const {profile} = partIn(decoded(two), {begin: 0, end: 12});
  assert.deepEqual(profile.metrics.map(({name}) => name), ['cpu']);
  assert.equal(profile.threads.length, profile.processes.length);
});

test('processes that ran but have no moments are counted', () => {
  const profile = decoded({...two, moments: [[[0, 0]], []]});
  assert.equal(hasMoments(profile), true);
  assert.equal(partIn(profile, {begin: 0, end: 99}).unknown, 1);
  assert.equal(hasMoments(decoded({...two, moments: [[], []]})), false);
});

test('half the interval of a share is 1.96 standard deviations', () => {
  assert.ok(Math.abs(errorOf(0.5, 9604) - 0.01) < 1e-12);
  assert.equal(errorOf(0.5, 0), 1);
});

test('ranges add up to the profile when every sample is a moment', () => {
  for (let seed = 0; seed < 20; seed++) {
    const source = randomProfile(seed);
    const random = generator(seed + 100);
    const moments = [0, 1].map((process) => momentsOf(source, process, random));
    const plain = source.stacks.map(({weight: _, ...stack}) => stack);
    const profile = decoded({...source, stacks: plain, moments, run: {ranks: 2, moment_unit_ns: 1 << 20}});
    const cuts = [0, 300, 301, 777, 1000].map((time) => time * 2 ** 20);
    for (const change of selections) {
      const selection = {...everything, ...change};
      const parts = cuts.slice(1).map((end, i) => own(partIn(profile, {begin: cuts[i] ?? 0, end}).profile, selection));
      const sums = own(profile, selection);
      sums.forEach((weight, key) =>
        assert.equal(parts.reduce((sum, part) => sum + (part.get(key) ?? 0), 0), weight, `seed ${seed} ${JSON.stringify(change)}`));
      parts.forEach((part) => part.forEach((_, key) => assert.ok(sums.has(key))));
    }
  }
});

const selections: readonly Partial<Selection>[] = [
  {}, {granularity: 'line', frames: 'python'}, {workers: 'apart'}, {group: 1 as GroupId},
  {transforms: [{kind: 'focus', function: 1 as FunctionId}, {kind: 'hide', function: 0 as FunctionId}]},
];

/** One moment for each sample of a process, anywhere in 1000 units of time. */
function momentsOf({stacks, threads}: TestProfile, process: number, random: (limit: number) => number): TestMoment[] {
  const all = stacks.flatMap(({samples, thread = 0}, stack) =>
    threads?.[thread]?.process === process ? Array.from({length: samples}, (): TestMoment => [random(1000), stack]) : []);
  return all.sort((a, b) => a[0] - b[0]);
}

/** Own weight by path of locations: what nodes are, whatever their order. */
function own(profile: Profile, selection: Selection): Map<string, number> {
  const tree = callTree(profile, selection);
  const paths: string[] = [''];
  const found = new Map<string, number>();
  for (let node = 0; node < tree.count; node++) {
    const location = profile.locations[profile.contexts.location[tree.context[node] ?? 0] ?? 0];
    const key = selection.granularity === 'line' ? `${location?.function}:${location?.line}` : `${location?.function}`;
    if (node > 0) paths[node] = `${paths[tree.parent[node] ?? 0]}/${key}`;
    const weight = tree.self[node] ?? 0;
    if (weight > 0) found.set(paths[node] ?? '', (found.get(paths[node] ?? '') ?? 0) + weight);
  }
  return found;
}

const wrong: readonly [what: string, profile: TestProfile][] = [
  ['in the wrong order', {...two, moments: [[[3, 0], [2, 0]], []]}],
  ['without a unit', {...two, run: {}}],
  ['in a unit that is no power of two', {...two, run: {moment_unit_ns: 3}}],
  ['in a unit below a nanosecond', {...two, run: {moment_unit_ns: 0.5}}],
  ['fewer than there are', {...two, processes: [{moments: 3}, {}]}],
  ['a negative number', {...two, processes: [{moments: -4}, {}]}],
  ['without a weight', {...two, processes: [{moment_stride_ns: 0}, {}]}],
];

for (const [what, profile] of wrong) {
  test(`moments ${what} are refused when they are asked for`, () => {
    const found = decoded(profile);
    assert.throws(() => found.moments(), DecodeError);
  });
}

test('a moment of no context is refused', () => {
  const {header, columns} = describe(two);
  const changed = columns.map(([name, values]) => [name, name === 'moment.node' ? values.map(() => 99) : values] as (typeof columns)[number]);
  assert.throws(() => decodeBlock(pack(header, changed)).moments(), DecodeError);
});

test('samples stand for the period of their run unless a weight is given', () => {
  const {profile} = partIn(decoded({...two, processes: [{}, {pid: 101}]}), {begin: 0, end: 4});
  assert.deepEqual([...profile.values.weight], [period]);
});
