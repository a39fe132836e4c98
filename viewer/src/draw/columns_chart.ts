// Stacked columns, one for each rank, on a canvas. With more ranks than pixels a column is the first rank of its pixel.
import {fitCanvas} from './canvas.ts';

export interface Column {
  /** From the bottom up. */
  readonly parts: readonly {readonly value: number; readonly colour: string}[];
}

export function drawColumns(
  canvas: HTMLCanvasElement,
  columns: readonly Column[],
  highest: number,
  surface: string,
): void {
  const {context, width, height} = fitCanvas(canvas);
  context.fillStyle = surface;
  context.fillRect(0, 0, width, height);
  const pitch = Math.min(48, width / Math.max(1, columns.length));
  const gap = pitch > 6 ? 2 : pitch > 3 ? 1 : 0;
  let next = 0;
  columns.forEach((column, i) => {
    if (i * pitch < next) return;
    next = i * pitch + Math.max(1, pitch);
    let bottom = height;
    for (const {value, colour} of column.parts) {
      const part = highest > 0 ? (value / highest) * height : 0;
      context.fillStyle = colour;
      context.fillRect(i * pitch, bottom - part, Math.max(1, pitch - gap), part);
      bottom -= part;
    }
  });
}

/** The column at a place, if there is one. */
export function columnAt(canvas: HTMLCanvasElement, count: number, x: number): number | undefined {
  const pitch = Math.min(48, canvas.clientWidth / Math.max(1, count));
  const index = Math.floor(x / pitch);
  return index >= 0 && index < count ? index : undefined;
}
