import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {FunctionId, GroupId, Metric, ThreadId} from '../model/profile.ts';
import type {Place} from '../model/tree.ts';
import {mostTransforms, readHash, writeHash} from './hash.ts';
import {initialState, openingState, type State} from './state.ts';

const limits = {contexts: 100, functions: 9, groups: 4, threads: 8, metrics: 3, ratios: 2};

const states: readonly Partial<State>[] = [
  {},
  {page: 'flame', graph: 'table', sort: 'total', query: 'a+b & c=d#%/ü', asTree: true},
  {workers: 'apart', metric: 2, colouring: 'imbalance'},
  {colouring: 'ratio', ratio: 1},
  {page: 'source', fn: 3 as FunctionId, line: 1234},
  {page: 'ranks', order: 'value', fn: 0 as FunctionId},
  {graph: 'flame', granularity: 'line', frames: 'python', machinery: true, theme: 'dark'},
  {group: 0 as GroupId, thread: 7 as ThreadId, zoom: 99 as Place, cursor: 3 as Place},
  {graph: 'callers', zoom: (7 + 5 * 2 ** 32) as Place},
  {page: 'timeline', range: {begin: 0, end: 1000}},
  {page: 'timeline', range: {begin: 3_600_000_000_000, end: 7_200_000_001_000}},
  {page: 'diff', changeSort: 'relative', allChanges: true},
  {page: 'compare', compared: 0, comparedSort: 'inflation'},
  {page: 'flame', group: 2 as GroupId, against: 'mean', colouring: 'difference'},
  {page: 'flame', group: 0 as GroupId, against: 3 as GroupId, withoutVanished: true},
  {transforms: [{kind: 'focus', function: 8 as FunctionId}, {kind: 'recursion', function: 0 as FunctionId}]},
];

for (const change of states) {
  test(`the URL brings back ${JSON.stringify(change)}`, () => {
    const state = {...initialState, ...change};
    assert.deepEqual(readHash(writeHash(state), limits), state);
  });
}

test('a page opens with the rank and the metric that it was written for', () => {
  const metrics = [{name: 'cpu', unit: ''}, {name: 'PAPI_TOT_INS', unit: ''}] as const;
  const groups = [-1, 0, 5].map((rank) => ({label: '', rank, processes: []}));
  const page = {groups, metrics: [...metrics] as [Metric, Metric], difference: undefined, hasComparison: false};
  const hash = (opening: object): string => writeHash(openingState({...page, opening}));
  assert.equal(hash({rank: 5, metric: 'PAPI_TOT_INS'}), '#v=1&metric=1&rank=2');
  for (const opening of [{}, {rank: null, metric: ''}, {rank: 7, metric: 'absent'}, {rank: -1}]) assert.equal(hash(opening), '#v=1');
});

test('the initial state has the shortest URL', () => assert.equal(writeHash(initialState), '#v=1'));

test('what a URL may not say is left out', () => {
  const hash = '#v=1&view=evil&rank=4&thread=-1&node=1e9&at=0x1&by=__proto__&machinery=yes&metric=3&ratio=2&against=4&change=size&fn=9&line=x&do=x1.f99.h&new=1&q=ok';
  assert.deepEqual(readHash(hash, limits), {...initialState, query: 'ok'});
  for (const node of ['100', '5.', '5.1.1', '5.9999999999', '.5', '-1.2']) {
    assert.deepEqual(readHash(`#v=1&node=${node}`, limits), initialState, node);
  }
  for (const time of ['5', '5-', '5-5', '6-5', '-1-5', '1e3-2e3', '1.5-2', '1-99999999999999', '1-2-3', 'NaN-5']) {
    assert.deepEqual(readHash(`#v=1&time=${time}`, limits), initialState, time);
  }
  assert.deepEqual(readHash('', limits), initialState);
  assert.deepEqual(readHash('#%E0%A4%A', limits), initialState);
});

test('a URL cannot ask for more transforms than a reader would', () => {
  const hash = `#v=1&do=${Array.from({length: 1000}, () => 'h1').join('.')}`;
  assert.equal(readHash(hash, limits).transforms.length, mostTransforms);
});
