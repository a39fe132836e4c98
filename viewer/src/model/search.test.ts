import assert from 'node:assert/strict';
import {test} from 'node:test';
import {encode, period} from '../../tests/support/encode.ts';
import {decodeBlock} from './decode.ts';
import {findMatches, parsePattern} from './search.ts';
import {everything} from './selection.ts';
import {callTree} from './tree.ts';

const profile = decodeBlock(encode({
  functions: [
    {name: 'Solve', file: '/home/user/heat/a.py'}, {name: 'solve_inner', file: '/home/user/heat/b.py'},
    {name: 'dgemm', domain: 'native', module: 0}, {name: 'main', file: '/home/user/heat/c.py'},
  ],
  modules: ['/opt/blas/libopenblas.so'],
  stacks: [
    {frames: [[3], [0], [1]], samples: 5}, {frames: [[3], [1]], samples: 2}, {frames: [[3], [2]], samples: 3},
  ],
}));
const tree = callTree(profile, {...everything, machinery: true});

function search(text: string): {covered: number; places: number} | string {
  const pattern = parsePattern(text);
  if (pattern.kind !== 'regexp') return pattern.kind;
  const {covered, nodes} = findMatches(profile, tree, pattern.regexp);
  return {covered: covered / period, places: nodes.length};
}

test('nested matches are covered once and counted once', () => {
  assert.deepEqual(search('solve'), {covered: 7, places: 2});
});

test('an upper-case letter makes case matter', () => {
  assert.deepEqual(search('Solve'), {covered: 5, places: 1});
});

test('libraries are searched by their file name, folders only by a pattern with a slash', () => {
  assert.deepEqual(search('openblas'), {covered: 3, places: 1});
  assert.deepEqual(search('heat'), {covered: 0, places: 0});
  assert.deepEqual(search('heat/a'), {covered: 5, places: 1});
  assert.deepEqual(search('^dgemm|inner'), {covered: 10, places: 3});
});

test('an unfinished pattern is said to be one, an empty one is none', () => {
  assert.equal(search('sol('), 'invalid');
  assert.equal(search(''), 'none');
});

test('a class of characters in a pattern is no upper-case letter', () => {
  assert.deepEqual(search('\\Wb'), {covered: 7, places: 2});
});

test('matches come heaviest first', () => {
  const pattern = parsePattern('solve');
  assert.ok(pattern.kind === 'regexp');
  const weights = findMatches(profile, tree, pattern.regexp).nodes.map((node) => tree.total[node]);
  assert.deepEqual(weights, [5 * period, 2 * period]);
});
