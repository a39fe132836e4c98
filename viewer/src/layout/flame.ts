// Geometry of the flame graph: which boxes of a call tree are at least a pixel wide, and where. The work is proportional
// to rows × pixels, not to the number of nodes. Pure; pixels are CSS pixels.
import {f64, firstIndex, starts, u32} from '../model/columns.ts';
import {type CallTree, type NodeId, pathTo, root} from '../model/tree.ts';

/** The nodes of each depth from left to right: those of depth d are nodes[first[d]] to nodes[first[d + 1]]. */
export interface Rows {
  readonly first: Uint32Array;
  readonly nodes: Uint32Array;
}

export function rowsOf(tree: CallTree): Rows {
  const counts = new Uint32Array(tree.deepest + 1);
  for (let node = 0; node < tree.count; node++) counts[u32(tree.depth, node)] = u32(counts, u32(tree.depth, node)) + 1;
  const first = starts(counts);
  const filled = first.slice();
  const nodes = new Uint32Array(tree.count);
  for (let node = 0; node < tree.count; node++) {
    const row = u32(tree.depth, node);
    const place = u32(filled, row);
    nodes[place] = node;
    filled[row] = place + 1;
  }
  return {first, nodes};
}

/** What the canvas shows: the subtree of `zoom` over its whole width, below it the rows [top, bottom). */
export interface Viewport {
  readonly zoom: NodeId;
  readonly width: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Box {
  readonly node: NodeId;
  readonly row: number;
  readonly left: number;
  readonly width: number;
  /** The box stands for neighbours that are each narrower than a pixel; `node` is the first. */
  readonly crumbs: boolean;
}

/** Boxes from top to bottom, each row from left to right. Ancestors of the zoomed node take the whole width. */
export function visibleBoxes(tree: CallTree, rows: Rows, view: Viewport): Box[] {
  const boxes: Box[] = [];
  const zoomRow = u32(tree.depth, view.zoom);
  const bottom = Math.min(view.bottom, tree.deepest + 1);
  const path = view.top <= zoomRow ? pathTo(tree, view.zoom) : [];
  for (let row = Math.max(0, view.top); row < bottom; row++) {
    const ancestor = path[row];
    if (ancestor !== undefined) boxes.push({node: ancestor, row, left: 0, width: view.width, crumbs: false});
    else if (!appendRow(boxes, tree, rows, view, row)) break;
  }
  return boxes;
}

/** False if the zoomed subtree does not reach this row. */
function appendRow(boxes: Box[], tree: CallTree, rows: Rows, view: Viewport, row: number): boolean {
  const origin = f64(tree.start, view.zoom);
  const scale = view.width / f64(tree.width, view.zoom);
  const [low, high] = rowRange(tree, rows, view.zoom, row);
  let run: {left: number; width: number} | undefined;
  for (let place = low; place < high; ) {
    const node = u32(rows.nodes, place) as NodeId;
    const left = (f64(tree.start, node) - origin) * scale;
    const width = f64(tree.width, node) * scale;
    if (width >= 1) {
      boxes.push({node, row, left, width, crumbs: false});
      place++;
      continue;
    }
    place = firstEndingAfter(tree, rows, place + 1, high, origin + (left + 1) / scale);
    const right = (endOf(tree, u32(rows.nodes, place - 1)) - origin) * scale;
    if (run && left - run.left - run.width < 1) {
      run.width = right - run.left;
    } else {
      const crumbs = {node, row, left, width: right - left, crumbs: true};
      boxes.push(crumbs);
      run = crumbs;
    }
  }
  return low < high;
}

const endOf = (tree: CallTree, node: number): number => f64(tree.start, node) + f64(tree.width, node);

/** The first place in [low, high) whose box ends after `weight`. It is usually near: steps double before they halve. */
function firstEndingAfter(tree: CallTree, rows: Rows, low: number, high: number, weight: number): number {
  let step = 1;
  while (low + step < high && endOf(tree, u32(rows.nodes, low + step)) <= weight) step *= 2;
  const nearHigh = Math.min(low + step, high);
  return firstIndex(low + (step >>> 1), nearHigh, (place) => endOf(tree, u32(rows.nodes, place)) > weight);
}

/** The nodes of a row that lie below `zoom`; preorder numbers below a node are one range, and rise within a row. */
function rowRange(tree: CallTree, rows: Rows, zoom: NodeId, row: number): [number, number] {
  const low = u32(rows.first, row);
  const high = u32(rows.first, row + 1);
  const begin = firstIndex(low, high, (place) => u32(rows.nodes, place) >= zoom);
  const end = firstIndex(begin, high, (place) => u32(rows.nodes, place) >= u32(tree.end, zoom));
  return [begin, end];
}

/** The node at a place of the view, if there is one. */
export function nodeAt(tree: CallTree, rows: Rows, view: Viewport, row: number, x: number): NodeId | undefined {
  if (row < 0 || row > tree.deepest || x < 0 || x >= view.width) return undefined;
  const zoomRow = u32(tree.depth, view.zoom);
  if (row <= zoomRow) return pathTo(tree, view.zoom)[row];
  const weight = f64(tree.start, view.zoom) + (x / view.width) * f64(tree.width, view.zoom);
  const [low, high] = rowRange(tree, rows, view.zoom, row);
  const after = firstIndex(low, high, (place) => f64(tree.start, u32(rows.nodes, place)) > weight);
  if (after === low) return undefined;
  const node = u32(rows.nodes, after - 1) as NodeId;
  return weight < endOf(tree, node) ? node : undefined;
}

/** The span of one node in the view, which may lie outside it. */
export function spanOf(tree: CallTree, view: Pick<Viewport, 'zoom' | 'width'>, node: NodeId): {left: number; width: number} {
  if (node <= view.zoom && u32(tree.end, node) >= u32(tree.end, view.zoom)) return {left: 0, width: view.width};
  const scale = view.width / f64(tree.width, view.zoom);
  return {left: (f64(tree.start, node) - f64(tree.start, view.zoom)) * scale, width: f64(tree.width, node) * scale};
}

/** How many rows the view has: down to the deepest node below `zoom`. */
export function rowCount(tree: CallTree, zoom: NodeId): number {
  if (zoom === root) return tree.deepest + 1;
  let deepest = u32(tree.depth, zoom);
  for (let node = zoom + 1; node < u32(tree.end, zoom); node++) deepest = Math.max(deepest, u32(tree.depth, node));
  return deepest + 1;
}

/** The node of a depth at a part, from 0 to 1, of the whole width; undefined where no stack is as deep. */
export function nodeAtDepth(tree: CallTree, rows: Rows, x: number, depth: number): NodeId | undefined {
  return nodeAt(tree, rows, {zoom: root, width: 1, top: 0, bottom: depth + 1}, depth, Math.min(x, 1 - 1e-9));
}

/** From the first row in sight to before the last, of a frame that is scrolled to `top` and shows `height` of `all`. */
export function rowsInSight(
  {top, height, all}: {top: number; height: number; all: number}, rowHeight: number, upward: boolean, rows: number,
): {first: number; end: number} {
  const from = upward ? all - top - height : top;
  const first = Math.min(Math.max(0, from / rowHeight), rows - 1);
  return {first, end: Math.min(rows, Math.max(first + 1, (from + height) / rowHeight))};
}
