// The timeline on a canvas: the hue of a cell tells what was done, its strength how much of the time at least one thread
// was at work.
import {busyIn, cellOf, type Raster} from '../model/timeline.ts';
import {f64} from '../model/columns.ts';
import {sliceCategories} from '../model/profile.ts';
import {fitCanvas} from './canvas.ts';
import {drawColumns} from './columns_chart.ts';
import type {Colour, Palette} from './palette.ts';

const rowsWithGaps = 6;

export function drawRaster(canvas: HTMLCanvasElement, raster: Raster, palette: Palette): void {
  const {context, width, height} = fitCanvas(canvas);
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, width, height);
  if (raster.rows === 0) return;
  const cells = new OffscreenCanvas(raster.columns, raster.rows);
  cells.getContext('2d')?.putImageData(new ImageData(pixelsOf(raster, palette), raster.columns, raster.rows), 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(cells, 0, 0, width, height);
  const rowHeight = height / raster.rows;
  if (rowHeight < rowsWithGaps) return;
  for (let row = 1; row <= raster.rows; row++) context.fillRect(0, row * rowHeight - 1, width, 1);
}

/** Red, green, blue and opacity of each cell: its categories' colours in proportion, on the surface where nothing was done. */
export function pixelsOf({threads}: Raster, {channels}: Pick<Palette, 'channels'>): Uint8ClampedArray<ArrayBuffer> {
  const colours = sliceCategories.map((category) => channels.categories[category]);
  const kinds = colours.length;
  const pixels = new Uint8ClampedArray((4 * threads.length) / kinds).fill(255);
  for (let from = 0, at = 0; from < threads.length; from += kinds, at += 4) {
    let busy = 0;
    for (let kind = 0; kind < kinds; kind++) busy += f64(threads, from + kind);
    const strength = Math.min(1, busy);
    for (let channel = 0; channel < 3; channel++) {
      let shown = (channels.surface[channel] as number) * (1 - strength);
      for (let kind = 0; kind < kinds && busy > 0; kind++)
        shown += ((colours[kind] as Colour)[channel] as number) * f64(threads, from + kind) * (strength / busy);
      pixels[at + channel] = shown;
    }
  }
  return pixels;
}

/** A raster of one row as stacked columns, as high as the busiest. */
export function drawStrip(canvas: HTMLCanvasElement, raster: Raster, palette: Palette): void {
  const cells = Array.from({length: raster.columns}, (_, column) => cellOf(raster, 0, column));
  const columns = cells.map((cell) => ({
    parts: sliceCategories.map((category, kind) => ({value: f64(cell, kind), colour: palette.categories[category]})),
  }));
  drawColumns(canvas, columns, cells.reduce((most, cell) => Math.max(most, busyIn(cell)), 0), palette.surface);
}
