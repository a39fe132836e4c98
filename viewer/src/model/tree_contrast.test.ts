// Trees that have the base of a difference beside their own weights.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period} from '../../tests/support/encode.ts';
import {randomProfile} from '../../tests/support/random.ts';
import {twoRuns} from '../../tests/support/two_runs.ts';
import {callersTree} from './callers.ts';
import {f64, u32} from './columns.ts';
import type {Contrast} from './contrast.ts';
import {contrastOf} from './contrast_choice.ts';
import {decodeBlock} from './decode.ts';
import type {GroupId, Profile} from './profile.ts';
import {everything} from './selection.ts';
import {type CallTree, callTree, type NodeId, pathTo} from './tree.ts';

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(1, Math.abs(a));

/** Path of names: base and own total, in samples. */
function totals(profile: Profile, tree: CallTree): Map<string, [number, number]> {
  const name = (node: number): string =>
    profile.functions[profile.locations[u32(profile.contexts.location, u32(tree.context, node))]?.function ?? -1]?.name ?? '';
  return new Map(Array.from({length: tree.count}, (_, node) => [
    pathTo(tree, node as NodeId).slice(1).map(name).join(' '),
    [f64(tree.before?.total as Float64Array, node) / period, f64(tree.total, node) / period],
  ]));
}

function runsOf(keepsVanished: boolean): {profile: Profile; tree: CallTree} {
  const profile = decodeBlock(encode(twoRuns));
  return {profile, tree: callTree(profile, everything, undefined, {contrast: contrastOf(profile, everything, undefined) as Contrast, keepsVanished})};
}

test('each node has the weights of both sides', () => {
  const {profile, tree} = runsOf(true);
  const found = totals(profile, tree);
  assert.deepEqual(found.get(''), [1340, 1420]);
  assert.deepEqual(found.get('<module> main step'), [650, 1000]);
  assert.deepEqual(found.get('<module> main check'), [170, 0]);
  assert.deepEqual(found.get('<module> main log'), [0, 90]);
  assert.equal(found.size, 9);
});

test('boxes have room for both sides, or only for what there is now', () => {
  const kept = runsOf(true).tree;
  // 900 + 100 + 320 + 210 + 90 + 170
  assert.equal(f64(kept.width, 0) / period, 1790);
  const {profile, tree} = runsOf(false);
  assert.equal(f64(tree.width, 0) / period, 1420);
  assert.equal(totals(profile, tree).has('<module> main check'), false);
});

test('of random profiles callers fit into their boxes, and callers trees have the same wholes', () => {
  for (let seed = 0; seed < 60; seed++) {
    const profile = decodeBlock(encode(randomProfile(seed)));
    const selection = {...everything, group: 1 as GroupId};
    for (const against of [0 as GroupId, 'mean'] as const) {
      const contrast = contrastOf(profile, selection, against) as Contrast;
      for (const keepsVanished of [true, false]) {
        const tree = callTree(profile, selection, undefined, {contrast, keepsVanished});
        checkRoom(tree, keepsVanished, `seed ${seed}`);
        const callers = callersTree(profile, tree, 'function');
        checkRoom(callers, keepsVanished, `callers, seed ${seed}`);
        const own = (all: Float64Array): number => f64(all, 0);
        assert.ok(near(own(callers.total), own(tree.total) - f64(tree.self, 0)), `seed ${seed}`);
      }
    }
  }
});

function checkRoom(tree: CallTree, keepsVanished: boolean, message: string): void {
  const before = tree.before as NonNullable<CallTree['before']>;
  const below = new Float64Array(tree.count);
  for (let node = tree.count - 1; node > 0; node--) {
    const parent = u32(tree.parent, node);
    below[parent] = f64(below, parent) + f64(tree.width, node);
    assert.ok(f64(tree.start, node) >= f64(tree.start, parent) - 1, message);
  }
  for (let node = 0; node < tree.count; node++) {
    const width = f64(tree.width, node);
    assert.ok(f64(below, node) <= width * (1 + 1e-9) + 1, message);
    if (keepsVanished) assert.ok(width * (1 + 1e-9) + 1 >= Math.max(f64(tree.total, node), f64(before.total, node)), message);
    else assert.equal(width, f64(tree.total, node), message);
  }
}
