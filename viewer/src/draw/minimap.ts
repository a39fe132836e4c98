// A whole tree on a small canvas: boxes without names, rows as low as they must be.
import {type Rows, visibleBoxes} from '../layout/flame.ts';
import {type CallTree, type NodeId, root} from '../model/tree.ts';
import {fitCanvas} from './canvas.ts';
import type {Palette} from './palette.ts';

/** From this height on rows have gaps, as in full. */
const rowsWithGaps = 6;

export function drawMinimap(
  canvas: HTMLCanvasElement, tree: CallTree, rows: Rows, upward: boolean, palette: Palette, fillOf: (node: NodeId) => string,
): void {
  const {context, width, height} = fitCanvas(canvas);
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, width, height);
  const step = height / (tree.deepest + 1);
  for (const box of visibleBoxes(tree, rows, {zoom: root, width, top: 0, bottom: tree.deepest + 1})) {
    const top = (upward ? tree.deepest - box.row : box.row) * step;
    context.fillStyle = box.crumbs ? palette.crumbs : fillOf(box.node);
    context.fillRect(box.left, top, Math.max(0.5, box.width), Math.max(1, step - (step > rowsWithGaps ? 1 : 0)));
  }
}
