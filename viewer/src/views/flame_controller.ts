// Joins the canvas to the store: redraws when what it shows changes, turns mouse and keys into steps.
import type {ReadonlySignal, Signal} from '@preact/signals';
import {differenceTexture} from '../draw/difference.ts';
import {FlamePainter, type Look, rowHeight, type Scene} from '../draw/flame.ts';
import type {Palette} from '../draw/palette.ts';
import {svgOf} from '../draw/svg.ts';
import {type Box, nodeAt, rowCount, spanOf, type Viewport, visibleBoxes} from '../layout/flame.ts';
import {u32} from '../model/columns.ts';
import type {Location} from '../model/profile.ts';
import {origin} from '../model/text.ts';
import {
  type CallTree, firstChild, nextSibling, type NodeId, parentOf, previousSibling, root,
} from '../model/tree.ts';
import type {Drawing, Store} from '../state/store.ts';
import {changeAt, labelText} from './change_text.ts';
import {choiceOf, fillFor, isOfNode} from './colouring.ts';
import {labelOf, namedAt} from './describe.ts';
import {saveFile} from './save.ts';

/** In pixels of the window. */
export interface Spot {
  readonly x: number;
  readonly y: number;
  /** Of the keyboard's box: below it, not beside the pointer. */
  readonly byKeyboard: boolean;
}

export interface Hover extends Spot {
  /** Of which `node` is one. */
  readonly tree: CallTree;
  readonly node: NodeId;
}

export interface FlameParts {
  readonly frame: HTMLElement;
  readonly filler: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  /** Also keys pressed while nothing has the focus are for this graph. */
  readonly takesKeys: boolean;
}

/** Rows of callers kept in sight above the zoomed node. */
const callersInSight = 3;

/** On paper: as wide as A4 and Letter have room for, and rows that leave room for the rest. */
const paperWidth = '18cm';
const mostPaperRows = 40;

/** Rows of a saved picture: browsers draw no higher ones. */
const tallestPicture = 400;

export class FlameController {
  private readonly painter: FlamePainter;
  private readonly resizes: ResizeObserver;
  private readonly aborter = new AbortController();
  private frameRequest = 0;
  /** By location, or by node where the colour is the node's own. */
  private readonly looks = new Map<Location | NodeId, Look>();
  private lookedWith: unknown[] = [];
  private shown: {tree: CallTree; zoom: NodeId; upward: boolean; rows: number} | undefined;

  constructor(
    private readonly store: Store,
    private readonly drawing: Drawing,
    private readonly palette: ReadonlySignal<Palette>,
    private readonly parts: FlameParts,
    private readonly hover: Signal<Hover | undefined>,
    private readonly menu: Signal<Hover | undefined>,
  ) {
    this.painter = new FlamePainter(parts.canvas);
    this.resizes = new ResizeObserver(() => this.requestPaint());
    this.resizes.observe(parts.frame);
    const {signal} = this.aborter;
    parts.frame.addEventListener('scroll', () => this.requestPaint(), {signal, passive: true});
    parts.canvas.addEventListener('pointermove', (event) => this.pointAt(event), {signal});
    parts.canvas.addEventListener('pointerleave', () => (this.hover.value = undefined), {signal});
    parts.canvas.addEventListener('click', (event) => this.click(event), {signal});
    parts.canvas.addEventListener('contextmenu', (event) => this.openMenu(event), {signal});
    parts.canvas.addEventListener('blur', () => (this.hover.value = undefined), {signal});
    document.addEventListener('keydown', (event) => this.key(event), {signal});
    addEventListener('beforeprint', () => this.fitPaper(), {signal});
    addEventListener('afterprint', () => this.leavePaper(), {signal});
  }

  dispose(): void {
    this.aborter.abort();
    this.resizes.disconnect();
    cancelAnimationFrame(this.frameRequest);
  }

  /** Runs within an effect: names every signal that the picture depends on. */
  follow(): void {
    const {store, drawing} = this;
    void [drawing.tree.value, store.matches.value, drawing.cursor.value, drawing.zoom.value, this.palette.value];
    void [this.hover.value, drawing.upward.value];
    if (this.lookedWith.some((value, i) => value !== this.looksDependOn()[i])) this.looks.clear();
    this.lookedWith = this.looksDependOn();
    this.requestPaint();
  }

  private looksDependOn(): unknown[] {
    return [this.palette.value, this.store.matches.value, this.store.state.value.granularity, this.store.state.value.colouring,
      this.store.state.value.ratio, this.drawing.tree.value];
  }

  private requestPaint(): void {
    cancelAnimationFrame(this.frameRequest);
    this.frameRequest = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    this.fitFiller();
    const {drawing, parts} = this;
    const view = this.viewport();
    const moved = document.activeElement === parts.canvas || drawing.cursor.value !== drawing.zoom.value;
    this.painter.paint({
      ...this.sceneOf(view, parts.frame.clientHeight, (row) => this.yOf(row)),
      cursor: moved ? drawing.cursor.value : -1,
      hover: this.hover.value?.tree === drawing.tree.value ? this.hover.value.node : undefined,
    });
  }

  private sceneOf(view: Viewport, height: number, yOf: (row: number) => number): Scene {
    const {store, drawing} = this;
    return {
      boxes: visibleBoxes(drawing.tree.value, drawing.rows.value, view),
      width: view.width,
      height,
      palette: this.palette.value,
      yOf,
      lookOf: (box) => this.lookOf(box),
      callersAbove: u32(drawing.tree.value.depth, drawing.zoom.value),
      searching: store.matches.value !== undefined,
      cursor: -1,
      hover: undefined,
    };
  }

  /** Printers take the canvas as it is: it must have its size on paper before. */
  private fitPaper(): void {
    const {drawing, parts} = this;
    const rows = Math.min(rowCount(drawing.tree.value, drawing.zoom.value), mostPaperRows);
    Object.assign(parts.frame.style, {flex: 'none', width: paperWidth, height: `${rows * rowHeight}px`});
    this.paint();
  }

  private leavePaper(): void {
    Object.assign(this.parts.frame.style, {flex: '', width: '', height: ''});
    this.requestPaint();
  }

  /** All rows from the zoomed one's callers down, as far as a picture may be high. */
  private wholeScene(): Scene {
    const {drawing} = this;
    const rows = Math.min(rowCount(drawing.tree.value, drawing.zoom.value), tallestPicture);
    const view = {zoom: drawing.zoom.value, width: this.parts.frame.clientWidth, top: 0, bottom: rows};
    const upward = drawing.upward.value;
    return this.sceneOf(view, rows * rowHeight, (row) => (upward ? rows - 1 - row : row) * rowHeight);
  }

  saveSvg(): void {
    const text = svgOf(this.wholeScene(), this.painter.labels, document.title);
    saveFile('flame-graph.svg', new Blob([text], {type: 'image/svg+xml'}));
  }

  savePng(): void {
    const canvas = document.createElement('canvas');
    new FlamePainter(canvas).paint(this.wholeScene());
    canvas.toBlob((image) => image && saveFile('flame-graph.png', image), 'image/png');
  }

  /** Gives the frame its scroll height, and after a zoom brings the zoomed row into sight. */
  private fitFiller(): void {
    const {drawing, parts} = this;
    const [tree, zoom, upward] = [drawing.tree.value, drawing.zoom.value, drawing.upward.value];
    const old = this.shown;
    if (old && old.tree === tree && old.zoom === zoom && old.upward === upward) {
      parts.filler.style.height = `${this.contentHeight()}px`;
      return;
    }
    this.shown = {tree, zoom, upward, rows: rowCount(tree, zoom)};
    parts.filler.style.height = `${this.contentHeight()}px`;
    const row = Math.max(0, u32(tree.depth, zoom) - callersInSight);
    const offset = row * rowHeight;
    parts.frame.scrollTop =
      !upward ? offset : this.contentHeight() - parts.frame.clientHeight - offset;
  }

  private contentHeight(): number {
    return Math.max((this.shown?.rows ?? 1) * rowHeight, this.parts.frame.clientHeight);
  }

  private get icicle(): boolean {
    return !this.drawing.upward.value;
  }

  private yOf(row: number): number {
    const top = this.icicle ? row * rowHeight : this.contentHeight() - (row + 1) * rowHeight;
    return top - this.parts.frame.scrollTop;
  }

  private rowAt(y: number): number {
    const inContent = y + this.parts.frame.scrollTop;
    return Math.floor((this.icicle ? inContent : this.contentHeight() - inContent - 1) / rowHeight);
  }

  private viewport(): Viewport {
    const {clientWidth: width, clientHeight: height} = this.parts.frame;
    const edges = [this.rowAt(0), this.rowAt(height)];
    return {zoom: this.drawing.zoom.value, width, top: Math.min(...edges), bottom: Math.max(...edges) + 1};
  }

  /** Looks are made once for each location: a frame draws thousands of boxes. */
  private lookOf(box: Box): Look {
    const named = namedAt(this.store, this.drawing.tree.value, box.node);
    if (!named) return this.rootLook();
    const {store} = this;
    const {colouring} = choiceOf(store);
    const key = isOfNode(colouring) ? box.node : named.location;
    const known = this.looks.get(key);
    if (known) return known;
    const contrast = store.shownContrast.value?.contrast;
    const change = changeAt(this.drawing.tree.value, box.node, contrast);
    const striped = named.fn.domain === 'mpi' && colouring === 'domain';
    const look: Look = {
      fill: fillFor(store, this.drawing, this.palette.value, box.node, named.fn),
      texture: change ? differenceTexture(change) : striped ? 'stripes' : undefined,
      name: labelOf(store, this.drawing.tree.value, box.node),
      origin: change && contrast ? labelText(change, contrast, store.metric.value)
        : origin(named.fn, store.state.value.granularity === 'line'),
      match: store.matches.value?.functions[named.location.function] === 1,
    };
    this.looks.set(key, look);
    return look;
  }

  private rootLook(): Look {
    const match = this.store.matches.value === undefined;
    return {fill: this.palette.value.root, texture: undefined, name: labelOf(this.store, this.drawing.tree.value, root), origin: '', match};
  }

  private nodeUnder(event: MouseEvent): NodeId | undefined {
    const box = this.parts.canvas.getBoundingClientRect();
    const row = this.rowAt(event.clientY - box.top);
    return nodeAt(this.drawing.tree.value, this.drawing.rows.value, this.viewport(), row, event.clientX - box.left);
  }

  private pointAt(event: PointerEvent): void {
    const node = this.nodeUnder(event);
    this.hover.value = node === undefined ? undefined : {tree: this.drawing.tree.value, node, x: event.clientX, y: event.clientY, byKeyboard: false};
    this.parts.canvas.style.cursor = node === undefined ? 'default' : 'pointer';
  }

  /** The root has none but the browser's. */
  private openMenu(event: MouseEvent): void {
    const node = this.nodeUnder(event);
    if (node === undefined || node === root) return;
    event.preventDefault();
    this.drawing.moveTo(node);
    this.hover.value = undefined;
    this.menu.value = {tree: this.drawing.tree.value, node, x: event.clientX, y: event.clientY, byKeyboard: false};
  }

  private openMenuAtCursor(): boolean {
    const node = this.drawing.cursor.value;
    if (node === root) return false;
    this.reveal(node);
    this.menu.value = this.hover.value;
    this.hover.value = undefined;
    return true;
  }

  private click(event: MouseEvent): void {
    const node = this.nodeUnder(event);
    if (node !== undefined) this.drawing.zoomTo(node);
  }

  private key(event: KeyboardEvent): void {
    const focused = document.activeElement;
    const free = focused === document.body || focused === null;
    const ours = focused === this.parts.canvas || (free && this.parts.takesKeys);
    if (!ours || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const isMenuKey = event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey);
    if (isMenuKey ? this.openMenuAtCursor() : this.act(event.key)) event.preventDefault();
  }

  private act(key: string): boolean {
    const tree = this.drawing.tree.value;
    const cursor = this.drawing.cursor.value;
    const [deeper, shallower] = this.icicle ? ['ArrowDown', 'ArrowUp'] : ['ArrowUp', 'ArrowDown'];
    switch (key) {
      case deeper: return this.moveTo(firstChild(tree, cursor));
      case shallower: return this.moveTo(cursor === root ? undefined : parentOf(tree, cursor));
      case 'ArrowLeft': return this.moveTo(previousSibling(tree, cursor));
      case 'ArrowRight': return this.moveTo(nextSibling(tree, cursor));
      case 'Home': return this.moveTo(this.drawing.zoom.value);
      case 'Enter': return this.zoomTo(cursor);
      case 'Backspace': case 'Escape': return this.zoomOut();
      default: return false;
    }
  }

  private moveTo(node: NodeId | undefined): boolean {
    if (node !== undefined) this.drawing.moveTo(node);
    this.reveal(this.drawing.cursor.value);
    return true;
  }

  private zoomTo(node: NodeId): boolean {
    this.drawing.zoomTo(node);
    return true;
  }

  /** One step: to the caller of the zoomed node. */
  private zoomOut(): boolean {
    const {drawing} = this;
    if (drawing.zoom.value === root) this.hover.value = undefined;
    else drawing.zoomTo(parentOf(drawing.tree.value, drawing.zoom.value));
    return true;
  }

  /** Scrolls the cursor into sight and shows its tooltip. */
  private reveal(node: NodeId): void {
    const {parts, drawing} = this;
    const row = u32(drawing.tree.value.depth, node);
    const top = this.yOf(row);
    if (top < 0) parts.frame.scrollTop += top;
    const below = top + rowHeight - parts.frame.clientHeight;
    if (below > 0) parts.frame.scrollTop += below;
    const {left, width} = spanOf(drawing.tree.value, this.viewport(), node);
    const canvas = parts.canvas.getBoundingClientRect();
    const seen = Math.min(Math.max(left, 0), canvas.width - 40);
    this.hover.value = {
      tree: drawing.tree.value,
      node,
      x: canvas.left + seen + Math.min(width / 2, 24),
      y: canvas.top + this.yOf(row) + rowHeight,
      byKeyboard: true,
    };
  }
}
