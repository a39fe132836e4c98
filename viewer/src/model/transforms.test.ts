import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period, type TestProfile} from '../../tests/support/encode.ts';
import {randomProfile} from '../../tests/support/random.ts';
import {decodeBlock} from './decode.ts';
import type {FunctionId, Profile} from './profile.ts';
import {everything, type Transform, type TransformKind, transformKinds} from './selection.ts';
import {callTree, pathTo, type NodeId, root} from './tree.ts';

const names = ['main', 'f', 'g', 'blas_outer', 'blas_inner', 'lapack'];
const example: TestProfile = {
  modules: ['/lib/libblas.so', '/lib/liblapack.so'],
  functions: [
    {name: 'main'}, {name: 'f'}, {name: 'g'}, {name: 'blas_outer', domain: 'native', module: 0},
    {name: 'blas_inner', domain: 'native', module: 0}, {name: 'lapack', domain: 'native', module: 1},
  ],
  stacks: [
    {frames: [[0], [1], [2], [1], [2]], samples: 1}, {frames: [[0], [1]], samples: 2}, {frames: [[0], [2]], samples: 4},
    {frames: [[0], [2], [3], [4]], samples: 8}, {frames: [[0], [5], [3], [4]], samples: 16}, {frames: [], samples: 32},
  ],
};

const step = (kind: TransformKind, name: string): Transform => ({kind, function: names.indexOf(name) as FunctionId});

/** "main;f 2": every node with time of its own. */
function stacks(profile: Profile, transforms: readonly Transform[]): string[] {
  const tree = callTree(profile, {...everything, transforms});
  return Array.from({length: tree.count}, (_, node) => node as NodeId).filter((node) => (tree.self[node] ?? 0) > 0).map((node) => {
    const path = pathTo(tree, node).slice(1).map((at) => names[profile.locations[profile.contexts.location[tree.context[at] ?? 0] ?? 0]?.function ?? 0]);
    return `${path.join(';')} ${(tree.self[node] ?? 0) / period}`;
  }).sort();
}

const profile = decodeBlock(encode(example));

const cases: readonly [string, readonly Transform[], readonly string[]][] = [
  ['focus keeps what a function calls, and nothing else', [step('focus', 'g')], ['g 4', 'g;blas_outer;blas_inner 8', 'g;f;g 1']],
  ['hide gives time to the caller', [step('hide', 'g')], [' 32', 'main 4', 'main;blas_outer;blas_inner 8', 'main;f 2', 'main;f;f 1', 'main;lapack;blas_outer;blas_inner 16']],
  ['drop leaves whole stacks out', [step('drop', 'g')], [' 32', 'main;f 2', 'main;lapack;blas_outer;blas_inner 16']],
  ['recursion is joined with the outermost frame', [step('recursion', 'f')], [' 32', 'main;f 2', 'main;f;g 1', 'main;g 4', 'main;g;blas_outer;blas_inner 8', 'main;lapack;blas_outer;blas_inner 16']],
  ['a library is one with what it calls in itself', [step('library', 'blas_inner')], [' 32', 'main;f 2', 'main;f;g;f;g 1', 'main;g 4', 'main;g;blas_outer 8', 'main;lapack;blas_outer 16']],
  ['steps follow one another', [step('focus', 'g'), step('drop', 'f'), step('hide', 'blas_outer')], ['g 4', 'g;blas_inner 8']],
  ['focus within what is focused on', [step('focus', 'f'), step('focus', 'g')], ['g;f;g 1']],
  ['a stack that is cut begins anew for what follows', [step('focus', 'g'), step('focus', 'main')], []],
];

for (const [what, transforms, expected] of cases) {
  test(what, () => assert.deepEqual(stacks(profile, transforms), [...expected].sort()));
}

test('focus and drop of one function share out all time', () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = decodeBlock(encode(randomProfile(seed)));
    const total = (transforms: readonly Transform[]): number => callTree(random, {...everything, machinery: true, transforms}).total[root] ?? 0;
    for (let id = 0; id < random.functions.length; id++) {
      const [focus, drop] = (['focus', 'drop'] as const).map((kind) => total([{kind, function: id as FunctionId}]));
      assert.equal((focus ?? 0) + (drop ?? 0), total([]), `seed ${seed}, function ${id}`);
    }
  }
});

test('hiding and joining lose no time', () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = decodeBlock(encode(randomProfile(seed)));
    const whole = callTree(random, everything).total[root];
    for (const kind of transformKinds.slice(3).concat('hide')) {
      const transforms = [0, 1].map((id) => ({kind, function: id as FunctionId}));
      assert.equal(callTree(random, {...everything, transforms}).total[root], whole, `seed ${seed}, ${kind}`);
    }
  }
});
