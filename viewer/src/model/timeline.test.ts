import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period, type TestProfile} from '../../tests/support/encode.ts';
import {heat} from '../../tests/support/samples.ts';
import {decodeBlock} from './decode.ts';
import type {GroupId} from './profile.ts';
import {busyIn, cellOf, groupsOfRow, hasTimeline, rasterOf, timelineGroups, wholeRun} from './timeline.ts';

const functions = [{name: 'main'}];
const stacks = [{frames: [[0]] as const, samples: 1}];
/** Two ranks with slices of 10 periods; rank 1 begins half a slice later. */
const two: TestProfile = {
  functions, stacks, run: {ranks: 2},
  processes: [0, 1].map((rank) => ({rank, wall_ns: 0, slice_width_ns: 10 * period, begin_ns: rank * 5 * period})),
  slices: [[[10, 0, 0, 0], [0, 5, 5, 0]], [[0, 0, 10, 0]]],
};
const decoded = (profile: TestProfile) => decodeBlock(encode(profile));
const both = [0, 1] as GroupId[];
const cells = (raster: ReturnType<typeof rasterOf>, row: number): number[][] =>
  Array.from({length: raster.columns}, (_, column) => [...cellOf(raster, row, column)]);

test('a column holds the slices that it overlaps, by their parts', () => {
  const raster = rasterOf(decoded(two), both, {begin: 0, end: 20 * period}, 2, 4);
  assert.deepEqual(cells(raster, 0), [[1, 0, 0, 0], [1, 0, 0, 0], [0, 0.5, 0.5, 0], [0, 0.5, 0.5, 0]]);
  assert.deepEqual(cells(raster, 1), [[0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0], [0, 0, 0, 0]]);
});

test('rows that share ranks have their mean', () => {
  const raster = rasterOf(decoded(two), both, {begin: 0, end: 20 * period}, 1, 2);
  assert.deepEqual(cells(raster, 0), [[0.5, 0, 0.25, 0], [0, 0.25, 0.5, 0]]);
});

test('a range shows its part alone', () => {
  const raster = rasterOf(decoded(two), both, {begin: 5 * period, end: 15 * period}, 2, 2);
  assert.deepEqual(cells(raster, 0), [[1, 0, 0, 0], [0, 0.5, 0.5, 0]]);
  assert.deepEqual(cells(raster, 1), [[0, 0, 1, 0], [0, 0, 1, 0]]);
});

test('the last slice ends with its process, so that it looks no less busy', () => {
  const ended = {...two, processes: [{rank: 0, wall_ns: 15 * period, slice_width_ns: 10 * period}, {rank: 1}], slices: [[[10, 0, 0, 0], [5, 0, 0, 0]]]};
  const profile = decoded(ended);
  assert.deepEqual(wholeRun(profile), {begin: 0, end: 15 * period});
  const raster = rasterOf(profile, [0 as GroupId], wholeRun(profile), 1, 3);
  assert.deepEqual(cells(raster, 0).map(([python]) => python), [1, 1, 1]);
});

test('children work in the row of their rank', () => {
  const forked = {...two, processes: [{rank: 0}, {rank: 0}, {rank: 1}], slices: [[[1, 0, 0, 0]], [[0, 3, 0, 0]], []]};
  const profile = decoded(forked);
  const width = profile.processes[0]?.slice_width_ns ?? 0;
  const [python, native] = cellOf(rasterOf(profile, both, {begin: 0, end: width}, 2, 1), 0, 0);
  assert.equal((python ?? 0) * width, period);
  assert.equal((native ?? 0) * width, 3 * period);
});

test('no sample is lost, however many rows and columns', () => {
  const profile = decoded(heat);
  const groups = timelineGroups(profile);
  const range = wholeRun(profile);
  const samples = profile.slices().samples.reduce((sum, column) => sum + column.reduce((all, count) => all + count, 0), 0);
  for (const [rows, columns] of [[4, 1], [4, 7], [4, 1999], [2, 50], [1, 100]] as const) {
    const raster = rasterOf(profile, groups, range, rows, columns);
    const bucket = (range.end - range.begin) / columns;
    const time = busyIn(raster.threads) * bucket * (groups.length / rows);
    assert.ok(Math.abs(time / (samples * profile.run.period_ns) - 1) < 1e-9, `${rows} × ${columns}`);
  }
});

test('rows share groups evenly, each group stands in one', () => {
  for (const [rows, groups] of [[1, 1], [3, 10], [420, 1024], [420, 420]] as const) {
    let next = 0;
    for (let row = 0; row < rows; row++) {
      const {first, end} = groupsOfRow(row, rows, groups);
      assert.equal(first, next);
      assert.ok(end > first && end - first <= Math.ceil(groups / rows));
      next = end;
    }
    assert.equal(next, groups);
  }
});

test('ranks without samples have a row, other processes only with slices', () => {
  const profile = decoded({...two, processes: [...(two.processes ?? []), {rank: -1}, {rank: 2}]});
  assert.deepEqual(timelineGroups(profile).map((id) => profile.groups[id]?.rank), [0, 1, 2]);
  assert.equal(hasTimeline(profile), true);
  assert.equal(hasTimeline(decoded({functions, stacks})), false);
});

test('clocks that are ages apart make no figure that is none', () => {
  const profile = decoded({...two, processes: [{rank: 0, slice_width_ns: 1}, {rank: 1, begin_ns: 1.7e18, slice_width_ns: 1}]});
  const raster = rasterOf(profile, both, wholeRun(profile), 2, 100);
  assert.ok(raster.threads.every(Number.isFinite));
});
