import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period, type TestProfile} from '../../tests/support/encode.ts';
import {randomProfile} from '../../tests/support/random.ts';
import {hostileDifference, twoRuns} from '../../tests/support/two_runs.ts';
import {delta} from './change.ts';
import {changeRows, type ChangeRow, notableRows, sortChanges} from './changes.ts';
import {type Contrast, totalChange} from './contrast.ts';
import {contrastOf, extremesOf} from './contrast_choice.ts';
import {decodeBlock} from './decode.ts';
import {flatRows} from './flat.ts';
import type {GroupId, Profile} from './profile.ts';
import {everything, type Granularity} from './selection.ts';

const byFunction = {granularity: 'function', workers: 'joined'} as const;

function opened(example: TestProfile): {profile: Profile; contrast: Contrast} {
  const profile = decodeBlock(encode(example));
  return {profile, contrast: contrastOf(profile, everything, undefined) as Contrast};
}

function listed(profile: Profile, rows: readonly ChangeRow[]): (string | number | undefined)[][] {
  return rows.map((row) => {
    const location = profile.locations[row.location];
    const samples = (value: number): number => Math.round(value / period);
    return [profile.functions[location?.function ?? -1]?.name, samples(row.own.before), samples(row.own.after), samples(delta(row.total))];
  });
}

test('functions have their own time and that of the native code they call, before and after', () => {
  const {profile, contrast} = opened(twoRuns);
  assert.deepEqual(listed(profile, changeRows(profile, contrast, byFunction)), [
    ['step', 650, 1000, 350], ['sweep', 560, 900, 340], ['read', 320, 120, -190], ['check', 170, 0, -170],
    ['log', 0, 90, 90], ['parse', 200, 210, 10],
  ]);
  const whole = totalChange(contrast);
  assert.deepEqual([whole.before / period, whole.after / period], [1340, 1420]);
  const names = listed(profile, notableRows(changeRows(profile, contrast, byFunction), whole)).map(([name]) => name);
  assert.deepEqual(names, ['step', 'sweep', 'read', 'check', 'log']);
});

test('lines are rows of their own', () => {
  const {profile, contrast} = opened(twoRuns);
  const rows = changeRows(profile, contrast, {granularity: 'line', workers: 'joined'});
  const line = (number: number): ChangeRow | undefined => rows.find((row) => profile.locations[row.location]?.line === number);
  assert.equal((line(24)?.own.after ?? 0) / period, 900);
  assert.equal((line(22)?.own.before ?? 0) / period, 90);
});

test('means of ranks, shares and the loss of scaling', () => {
  const difference = hostileDifference.difference as NonNullable<TestProfile['difference']>;
  const byRank = {
    ...difference, is_by_rank: true, before: {...difference.before, workers: 1}, after: {...difference.after, factor: 0.25, unit: period / 4, workers: 4},
  };
  const {profile, contrast} = opened({...twoRuns, difference: byRank});
  const [step] = changeRows(profile, contrast, byFunction).filter((row) => (row.loss ?? 0) / period === 350);
  assert.equal((step?.own.after ?? 0) / period, 250);
  assert.equal((step?.own.before ?? 0) / period, 650);
  const shares = opened({...twoRuns, difference: {
    ...difference, is_share: true, before: {...difference.before, factor: 1 / (1340 * period), unit: 1 / 1340},
    after: {...difference.after, factor: 1 / (1420 * period), unit: 1 / 1420},
  }});
  const whole = totalChange(shares.contrast);
  assert.ok(Math.abs(whole.before - 1) < 1e-9 && Math.abs(whole.after - 1) < 1e-9);
});

test('of random profiles each side has the totals that the profile has', () => {
  for (let seed = 0; seed < 40; seed++) {
    const profile = decodeBlock(encode(randomProfile(seed)));
    for (const granularity of ['function', 'line'] as Granularity[]) {
      const selection = {...everything, group: 1 as GroupId};
      const contrast = contrastOf(profile, selection, 0 as GroupId) as Contrast;
      const rows = changeRows(profile, contrast, {granularity, workers: 'joined'});
      const rowAt = new Map(rows.map((row) => [row.location, row]));
      for (const [group, side] of [[0, 'before'], [1, 'after']] as const) {
        for (const flat of flatRows(profile, {...everything, group: group as GroupId}, granularity)) {
          const {function: id, line} = profile.locations[flat.location] ?? {function: -1, line: -1};
          const found = [...rowAt.values()].find((row) => {
            const location = profile.locations[row.location];
            return location?.function === id && (granularity === 'function' || location?.line === line);
          });
          if (found) assert.ok(Math.abs(found.total[side] - flat.total) <= 1e-6 * flat.total, `seed ${seed}`);
          else assert.equal(flat.self, 0, `seed ${seed}`);
        }
      }
    }
  }
});

test('a rank is held against another, or against the mean of all', () => {
  const profile = decodeBlock(encode({
    functions: [{name: 'main'}],
    stacks: [1, 2, 6].map((samples, thread) => ({frames: [[0, 1]], samples, thread})),
    processes: [0, 1, 2].map((rank) => ({rank})), threads: [0, 1, 2].map((process) => ({process})), run: {ranks: 3},
  }));
  const held = (group: number, against: GroupId | 'mean'): number[] => {
    const contrast = contrastOf(profile, {...everything, group: group as GroupId}, against) as Contrast;
    const {before, after} = totalChange(contrast);
    return [before / period, after / period];
  };
  assert.deepEqual(held(2, 0 as GroupId), [1, 6]);
  assert.deepEqual(held(2, 'mean'), [3, 6]);
  assert.equal(contrastOf(profile, {...everything, group: 1 as GroupId}, 1 as GroupId), undefined);
  assert.equal(contrastOf(profile, everything, 'mean'), undefined);
  const groups = [0, 1, 2] as GroupId[];
  assert.deepEqual(extremesOf(profile, 0, groups), {slowest: 2, fastest: 0});
  assert.equal(extremesOf(profile, 0, [1 as GroupId]), undefined);
});

test('rows are sorted by size of change or by name', () => {
  const {profile, contrast} = opened(twoRuns);
  const rows = changeRows(profile, contrast, byFunction);
  const nameOf = (row: ChangeRow): string => profile.functions[profile.locations[row.location]?.function ?? 0]?.name ?? '';
  const first = (key: Parameters<typeof sortChanges>[1]): string => nameOf(sortChanges(rows, key, nameOf)[0] as ChangeRow);
  assert.deepEqual([first('delta'), first('before'), first('after'), first('total'), first('name')], ['step', 'step', 'step', 'step', 'check']);
  assert.ok(['log', 'check'].includes(first('relative')));
});
