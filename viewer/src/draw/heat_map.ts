// A heat map on a canvas: each cell's figure as part of its row's largest. Cells narrower than a pixel show the largest
// of those that share it.
import {type Cell, type HeatMap, largestPerPixel, spanOfColumn} from '../layout/heat_map.ts';
import {fitCanvas} from './canvas.ts';
import {heatOf, type Palette} from './palette.ts';

export interface HeatScene {
  readonly map: HeatMap;
  readonly rows: readonly Float64Array[];
  /** Columns from left to right, as indices into the rows. */
  readonly order: readonly number[];
  readonly palette: Palette;
  readonly cursor: Cell | undefined;
}

export function drawHeatMap(canvas: HTMLCanvasElement, scene: HeatScene): void {
  const {context, width, height} = fitCanvas(canvas);
  const {map, order, palette} = scene;
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, width, height);
  const cells = Math.min(order.length, Math.floor(width));
  const gap = width / cells > 6 ? 1 : 0;
  scene.rows.forEach((figures, row) => {
    const largest = figures.reduce((most, figure) => Math.max(most, figure), 0);
    const shown = largestPerPixel(figures, order, cells);
    for (let cell = 0; cell < cells; cell++) {
      const left = (cell / cells) * width;
      context.fillStyle = heatOf(palette, largest > 0 ? (shown[cell] ?? 0) / largest : 0);
      context.fillRect(left, row * map.rowHeight, ((cell + 1) / cells) * width - left - gap, map.rowHeight - 1);
    }
  });
  if (!scene.cursor) return;
  const {left, width: wide} = spanOfColumn(map, scene.cursor.column);
  context.strokeStyle = palette.outline;
  context.lineWidth = 2;
  context.strokeRect(left - 1, scene.cursor.row * map.rowHeight, wide + 2, map.rowHeight - 1);
}
