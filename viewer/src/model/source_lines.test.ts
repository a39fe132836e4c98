import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period, type TestProfile} from '../../tests/support/encode.ts';
import {decodeBlock} from './decode.ts';
import {categories, type GroupId} from './profile.ts';
import {everything} from './selection.ts';
import {lineTree, sourceFiles, sourceLines} from './source_lines.ts';

const example: TestProfile = {
  functions: [
    {name: 'main', file: 'a.py'}, {name: 'again', file: 'a.py'}, {name: 'kernel', domain: 'native', file: 'k.c'},
    {name: 'MPI_Send', domain: 'mpi'}, {name: 'eval', domain: 'native', machinery: true},
  ],
  processes: [{rank: 0}, {rank: 1}],
  threads: [{process: 0}, {process: 1}],
  run: {ranks: 2},
  measures: [{name: 'ins', unit: 'count', perSample: 6}],
  stacks: [
    {frames: [[0, 3]], samples: 1}, {frames: [[0, 3], [4], [1, 9], [2, 5]], samples: 4}, {frames: [[0, 3], [1, 9], [1, 9]], samples: 2, thread: 1},
    {frames: [[0, 3], [1, 9], [3]], samples: 8, thread: 1}, {frames: [[0, 4], [2, 5]], samples: 16},
  ],
};
const profile = decodeBlock(encode(example));
const share = (split: Float64Array | undefined, name: (typeof categories)[number]): number => (split?.[categories.indexOf(name)] ?? 0) / period;

function linesOf(file: string, group?: number): ReturnType<typeof sourceLines> {
  const selection = {...everything, group: group as GroupId | undefined};
  return sourceLines(profile, selection, lineTree(profile, selection), file);
}

test('files come in the order of what their lines have of their own', () => {
  assert.deepEqual(sourceFiles(profile, everything).map(({file, own}) => [file, own / period]), [['a.py', 31], ['k.c', 20]]);
});

test('lines have own and total time, recursion counted once, split by what ran', () => {
  const [three, four, nine] = linesOf('a.py');
  assert.deepEqual([three?.line, four?.line, nine?.line], [3, 4, 9]);
  assert.deepEqual([three, four, nine].map((line) => [line?.own, line?.total].map((weight) => (weight ?? 0) / period)), [[1, 15], [16, 16], [14, 14]]);
  assert.deepEqual(['python', 'native', 'mpi'].map((name) => share(nine?.split, name as 'python')), [2, 4, 8]);
  assert.equal(nine?.samples, 14);
  assert.deepEqual(nine?.figures, [14 * period, 14 * 6]);
});

test('lines know their ranks and kernels', () => {
  const nine = linesOf('a.py').find((line) => line.line === 9);
  assert.deepEqual([nine?.ranks.min, nine?.ranks.max, nine?.ranks.argmax].map(Number), [4 * period, 10 * period, 1]);
  assert.deepEqual(nine?.kernels.map(({function: id, weight}) => [profile.functions[id]?.name, weight / period]), [['kernel', 4]]);
  assert.deepEqual(linesOf('k.c').map((line) => [line.line, line.own / period]), [[5, 20]]);
});

test('one rank has its own times, and the spread of all', () => {
  const nine = linesOf('a.py', 1).find((line) => line.line === 9);
  assert.equal(nine?.total, 10 * period);
  assert.equal(nine?.ranks.min, 4 * period);
});
