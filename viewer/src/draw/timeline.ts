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
  cells.getContext('2d')?.putImageData(imageOf(raster, palette), 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(cells, 0, 0, width, height);
  const rowHeight = height / raster.rows;
  if (rowHeight < rowsWithGaps) return;
  for (let row = 1; row <= raster.rows; row++) context.fillRect(0, row * rowHeight - 1, width, 1);
}

function imageOf(raster: Raster, palette: Palette): ImageData {
  const image = new ImageData(raster.columns, raster.rows);
  for (let row = 0; row < raster.rows; row++) {
    for (let column = 0; column < raster.columns; column++) {
      const at = 4 * (row * raster.columns + column);
      image.data.set(colourOf(cellOf(raster, row, column), palette), at);
      image.data[at + 3] = 255;
    }
  }
  return image;
}

/** The categories' colours in proportion, on the surface where nothing was done. */
export function colourOf(cell: Float64Array, {channels}: Pick<Palette, 'channels'>): Colour {
  const busy = busyIn(cell);
  const strength = Math.min(1, busy);
  const channel = (i: 0 | 1 | 2): number => {
    let mixed = 0;
    sliceCategories.forEach((category, kind) => (mixed += f64(cell, kind) * channels.categories[category][i]));
    return busy > 0 ? channels.surface[i] * (1 - strength) + (mixed / busy) * strength : channels.surface[i];
  };
  return [channel(0), channel(1), channel(2)];
}

/** A raster of one row as stacked columns, as high as the busiest. */
export function drawStrip(canvas: HTMLCanvasElement, raster: Raster, palette: Palette): void {
  const cells = Array.from({length: raster.columns}, (_, column) => cellOf(raster, 0, column));
  const columns = cells.map((cell) => ({
    parts: sliceCategories.map((category, kind) => ({value: f64(cell, kind), colour: palette.categories[category]})),
  }));
  drawColumns(canvas, columns, cells.reduce((most, cell) => Math.max(most, busyIn(cell)), 0), palette.surface);
}
