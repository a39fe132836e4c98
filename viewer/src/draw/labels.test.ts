import assert from 'node:assert/strict';
import {test} from 'node:test';
import {LabelFitter} from './labels.ts';

const fitter = new LabelFitter((text) => (text === '…' ? 10 : 7));

test('text that fits is left alone', () => assert.equal(fitter.fit('solve', 35), 'solve'));

test('text that does not fit ends in an ellipsis and keeps within its room', () => {
  for (let room = 0; room < 60; room++) {
    const label = fitter.fit('jacobi_sweep', room);
    assert.ok(fitter.width(label) <= room, `${label} in ${room}`);
  }
  assert.equal(fitter.fit('jacobi_sweep', 40), 'jaco…');
});

test('a single character is not worth an ellipsis', () => assert.equal(fitter.fit('solve', 20), ''));

test('pairs of code units are not cut in half', () => assert.equal(fitter.fit('👩👩👩👩👩', 31), '👩👩👩…'));
