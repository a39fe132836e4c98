import assert from 'node:assert/strict';
import {test} from 'node:test';
import type {ContextId, GroupId, ThreadId} from '../model/profile.ts';
import {readHash, writeHash} from './hash.ts';
import {initialState, type State} from './state.ts';

const limits = {contexts: 100, groups: 4, threads: 8};

const states: readonly Partial<State>[] = [
  {},
  {page: 'table', sort: 'total', query: 'a+b & c=d#%/ü'},
  {workers: 'apart'},
  {orientation: 'flame', granularity: 'line', frames: 'python', machinery: true, theme: 'dark'},
  {group: 0 as GroupId, thread: 7 as ThreadId, zoom: 99 as ContextId, cursor: 3 as ContextId},
];

for (const change of states) {
  test(`the URL brings back ${JSON.stringify(change)}`, () => {
    const state = {...initialState, ...change};
    assert.deepEqual(readHash(writeHash(state), limits), state);
  });
}

test('the initial state has the shortest URL', () => assert.equal(writeHash(initialState), '#v=1'));

test('what a URL may not say is left out', () => {
  const hash = '#v=1&view=evil&rank=4&thread=-1&node=1e9&at=0x1&by=__proto__&machinery=yes&new=1&q=ok';
  assert.deepEqual(readHash(hash, limits), {...initialState, query: 'ok'});
  assert.deepEqual(readHash('', limits), initialState);
  assert.deepEqual(readHash('#%E0%A4%A', limits), initialState);
});
