import assert from 'node:assert/strict';
import {test} from 'node:test';
import {dark, light} from './palette.ts';
import {colourOf} from './timeline.ts';

for (const [name, palette] of [['light', light], ['dark', dark]] as const) {
  const {surface, categories} = palette.channels;

  test(`cells that only do one thing have its colour, ${name}`, () => {
    assert.deepEqual(colourOf(Float64Array.of(0, 1, 0, 0), palette), categories.native);
    assert.deepEqual(colourOf(Float64Array.of(0, 0, 16, 0), palette), categories.mpi);
  });

  test(`cells without work are as the surface, and half busy ones between, ${name}`, () => {
    assert.deepEqual(colourOf(new Float64Array(4), palette), surface);
    const half = colourOf(Float64Array.of(0.5, 0, 0, 0), palette);
    half.forEach((channel, i) => assert.equal(channel, ((surface[i] ?? 0) + (categories.python[i] ?? 0)) / 2));
  });

  test(`what shares a cell mixes its colours by their parts, ${name}`, () => {
    const mixed = colourOf(Float64Array.of(0, 0.75, 0.25, 0), palette);
    mixed.forEach((channel, i) => assert.equal(channel, 0.75 * (categories.native[i] ?? 0) + 0.25 * (categories.mpi[i] ?? 0)));
  });
}
