import assert from 'node:assert/strict';
import {test} from 'node:test';
import {dark, light} from './palette.ts';
import {pixelsOf} from './timeline.ts';

for (const [name, palette] of [['light', light], ['dark', dark]] as const) {
  const {surface, categories} = palette.channels;
  /** Of a raster of one row. */
  const colours = (...cells: readonly (readonly number[])[]): number[][] => {
    const pixels = pixelsOf({rows: 1, columns: cells.length, threads: Float64Array.from(cells.flat())}, palette);
    assert.equal(pixels.length, 4 * cells.length);
    return cells.map((_, i) => [...pixels.subarray(4 * i, 4 * i + 4)]);
  };
  const near = (found: readonly number[] | undefined, expected: (channel: 0 | 1 | 2) => number): void =>
    ([0, 1, 2] as const).forEach((channel) => assert.ok(Math.abs((found?.[channel] ?? -9) - expected(channel)) <= 0.5 + 1e-9));

  test(`cells that only do one thing have its colour, ${name}`, () => {
    assert.deepEqual(colours([0, 1, 0, 0], [0, 0, 16, 0]), [[...categories.native, 255], [...categories.mpi, 255]]);
  });

  test(`cells without work are as the surface, and half busy ones between, ${name}`, () => {
    const [idle, half] = colours([0, 0, 0, 0], [0.5, 0, 0, 0]);
    assert.deepEqual(idle, [...surface, 255]);
    near(half, (channel) => (surface[channel] + categories.python[channel]) / 2);
  });

  test(`what shares a cell mixes its colours by their parts, ${name}`, () => {
    const [mixed] = colours([0, 0.75, 0.25, 0]);
    near(mixed, (channel) => 0.75 * categories.native[channel] + 0.25 * categories.mpi[channel]);
  });
}
