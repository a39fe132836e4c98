import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, pack, describe, type TestProfile} from '../../tests/support/encode.ts';
import {heat} from '../../tests/support/samples.ts';
import {decodeBlock} from './decode.ts';
import {callersTree} from './callers.ts';
import {nodeRatios, placeInScale} from './node_ratios.ts';
import type {GroupId, Profile, Ratio} from './profile.ts';
import {everything} from './selection.ts';
import {callTree, type CallTree} from './tree.ts';

/** Instructions are 6 for each sample and cycles 2, but those of `slow` are 4 a sample. */
const counted: TestProfile = {
  functions: [{name: 'main'}, {name: 'fast'}, {name: 'slow'}, {name: 'uncounted'}],
  stacks: [
    {frames: [[0], [1]], samples: 10}, {frames: [[0], [2]], samples: 10}, {frames: [[0], [3]], samples: 1},
  ],
  measures: [{name: 'ins', unit: 'count', perSample: 6}, {name: 'cyc', unit: 'count', perSample: 2}],
  ratios: [{name: 'ipc', unit: '', numerator: 1, denominator: 2, scale: 10}],
};

function profileWithSlow(): Profile {
  const {header, columns} = describe(counted);
  return decodeBlock(pack(header, columns.map(([name, values]) =>
    name === 'measure1.weight_low' ? [name, [20, 40, 0]] : name === 'measure0.weight_low' ? [name, [60, 60, 0]] : [name, values])));
}

const byName = (profile: Profile, tree: CallTree, values: Float64Array): Record<string, number> =>
  Object.fromEntries([...values].map((value, node) => {
    const location = profile.locations[profile.contexts.location[tree.context[node] ?? 0] ?? 0];
    return [node === 0 ? 'root' : (profile.functions[location?.function ?? 0]?.name ?? ''), value];
  }));

test('a ratio is of sums over all that is below, not a mean of ratios', () => {
  const profile = profileWithSlow();
  const tree = callTree(profile, everything);
  const found = nodeRatios(profile, everything, tree, profile.ratios[0] as Ratio);
  assert.deepEqual(byName(profile, tree, found.values), {root: 20, main: 20, fast: 30, slow: 15, uncounted: NaN});
  assert.deepEqual([found.least, found.most], [15, 30]);
  const place = (node: number) => placeInScale(found, node);
  assert.deepEqual([0, 1, 2, 3, 4].map(place), [1 / 3, 1 / 3, 1, 0, undefined]);
});

test('the same in a tree of callers, and of one rank', () => {
  const profile = decodeBlock(encode(heat));
  const tree = callersTree(profile, callTree(profile, everything), 'function');
  const ratios = nodeRatios(profile, everything, tree, profile.ratios[0] as Ratio);
  assert.ok([...ratios.values].every((value) => Math.abs(value - 1.5) < 1e-9));
  const one = {...everything, group: 2 as GroupId};
  assert.ok([...nodeRatios(profile, one, callTree(profile, one), profile.ratios[0] as Ratio).values].every((value) => Math.abs(value - 1.5) < 1e-9));
});

test('of equal ratios all lie in the middle, and nothing has no scale', () => {
  const profile = decodeBlock(encode(counted));
  const ratios = nodeRatios(profile, everything, callTree(profile, everything), profile.ratios[0] as Ratio);
  assert.equal(placeInScale(ratios, 1), 0.5);
  const empty = decodeBlock(encode({...counted, stacks: []}));
  const none = nodeRatios(empty, everything, callTree(empty, everything), empty.ratios[0] as Ratio);
  assert.deepEqual([none.least, none.most, placeInScale(none, 0)], [0, 0, undefined]);
});
