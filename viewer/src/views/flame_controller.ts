// Joins the canvas to the store: redraws when what it shows changes, turns mouse and keys into steps.
import type {ReadonlySignal, Signal} from '@preact/signals';
import {FlamePainter, type Look, rowHeight} from '../draw/flame.ts';
import {fillOf, type Palette} from '../draw/palette.ts';
import {type Box, nodeAt, rowCount, spanOf, type Viewport, visibleBoxes} from '../layout/flame.ts';
import {u32} from '../model/columns.ts';
import type {Location} from '../model/profile.ts';
import {origin} from '../model/text.ts';
import {
  type CallTree, firstChild, nextSibling, type NodeId, parentOf, previousSibling, root,
} from '../model/tree.ts';
import type {Store} from '../state/store.ts';
import {labelOf, namedAt} from './describe.ts';

export interface Hover {
  readonly node: NodeId;
  /** Where the tooltip points, in pixels of the window. */
  readonly x: number;
  readonly y: number;
  /** Moved here by the keyboard: below the box, not beside the pointer. */
  readonly byKeyboard: boolean;
}

export interface FlameParts {
  readonly frame: HTMLElement;
  readonly filler: HTMLElement;
  readonly canvas: HTMLCanvasElement;
}

/** Rows of callers kept in sight above the zoomed node. */
const callersInSight = 3;

export class FlameController {
  private readonly painter: FlamePainter;
  private readonly resizes: ResizeObserver;
  private readonly aborter = new AbortController();
  private frameRequest = 0;
  private readonly looks = new Map<Location, Look>();
  private lookedWith: unknown[] = [];
  private shown: {tree: CallTree; zoom: NodeId; orientation: string; rows: number} | undefined;

  constructor(
    private readonly store: Store,
    private readonly palette: ReadonlySignal<Palette>,
    private readonly parts: FlameParts,
    private readonly hover: Signal<Hover | undefined>,
  ) {
    this.painter = new FlamePainter(parts.canvas);
    this.resizes = new ResizeObserver(() => this.requestPaint());
    this.resizes.observe(parts.frame);
    const {signal} = this.aborter;
    parts.frame.addEventListener('scroll', () => this.requestPaint(), {signal, passive: true});
    parts.canvas.addEventListener('pointermove', (event) => this.pointAt(event), {signal});
    parts.canvas.addEventListener('pointerleave', () => (this.hover.value = undefined), {signal});
    parts.canvas.addEventListener('click', (event) => this.click(event), {signal});
    parts.canvas.addEventListener('blur', () => (this.hover.value = undefined), {signal});
    document.addEventListener('keydown', (event) => this.key(event), {signal});
  }

  dispose(): void {
    this.aborter.abort();
    this.resizes.disconnect();
    cancelAnimationFrame(this.frameRequest);
  }

  /** Runs within an effect: names every signal that the picture depends on. */
  follow(): void {
    const {store} = this;
    void [store.tree.value, store.matches.value, store.cursor.value, store.zoom.value, this.palette.value];
    void [this.hover.value, store.state.value.orientation];
    if (this.lookedWith.some((value, i) => value !== this.looksDependOn()[i])) this.looks.clear();
    this.lookedWith = this.looksDependOn();
    this.requestPaint();
  }

  private looksDependOn(): unknown[] {
    return [this.palette.value, this.store.matches.value, this.store.state.value.granularity];
  }

  private requestPaint(): void {
    cancelAnimationFrame(this.frameRequest);
    this.frameRequest = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    this.fitFiller();
    const {store, parts} = this;
    const view = this.viewport();
    const matches = store.matches.value;
    this.painter.paint({
      boxes: visibleBoxes(store.tree.value, store.rows.value, view),
      width: view.width,
      height: parts.frame.clientHeight,
      palette: this.palette.value,
      yOf: (row) => this.yOf(row),
      lookOf: (box) => this.lookOf(box),
      callersAbove: u32(store.tree.value.depth, store.zoom.value),
      searching: matches !== undefined,
      cursor: document.activeElement === parts.canvas || store.cursor.value !== store.zoom.value ? store.cursor.value : -1,
      hover: this.hover.value?.node,
    });
  }

  /** Gives the frame its scroll height, and after a zoom brings the zoomed row into sight. */
  private fitFiller(): void {
    const {store, parts} = this;
    const [tree, zoom, orientation] = [store.tree.value, store.zoom.value, store.state.value.orientation];
    const old = this.shown;
    if (old && old.tree === tree && old.zoom === zoom && old.orientation === orientation) {
      parts.filler.style.height = `${this.contentHeight()}px`;
      return;
    }
    this.shown = {tree, zoom, orientation, rows: rowCount(tree, zoom)};
    parts.filler.style.height = `${this.contentHeight()}px`;
    const row = Math.max(0, u32(tree.depth, zoom) - callersInSight);
    const offset = row * rowHeight;
    parts.frame.scrollTop =
      orientation === 'icicle' ? offset : this.contentHeight() - parts.frame.clientHeight - offset;
  }

  private contentHeight(): number {
    return Math.max((this.shown?.rows ?? 1) * rowHeight, this.parts.frame.clientHeight);
  }

  private get icicle(): boolean {
    return this.store.state.value.orientation === 'icicle';
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
    return {zoom: this.store.zoom.value, width, top: Math.min(...edges), bottom: Math.max(...edges) + 1};
  }

  /** Looks are made once for each location: a frame draws thousands of boxes. */
  private lookOf(box: Box): Look {
    const named = namedAt(this.store, box.node);
    if (!named) return this.rootLook();
    const known = this.looks.get(named.location);
    if (known) return known;
    const {store} = this;
    const look: Look = {
      fill: fillOf(this.palette.value, named.fn),
      striped: named.fn.domain === 'mpi',
      name: labelOf(store, box.node),
      origin: origin(named.fn, store.state.value.granularity === 'line'),
      match: store.matches.value?.functions[named.location.function] === 1,
    };
    this.looks.set(named.location, look);
    return look;
  }

  private rootLook(): Look {
    const match = this.store.matches.value === undefined;
    return {fill: this.palette.value.root, striped: false, name: labelOf(this.store, root), origin: '', match};
  }

  private nodeUnder(event: MouseEvent): NodeId | undefined {
    const box = this.parts.canvas.getBoundingClientRect();
    const row = this.rowAt(event.clientY - box.top);
    return nodeAt(this.store.tree.value, this.store.rows.value, this.viewport(), row, event.clientX - box.left);
  }

  private pointAt(event: PointerEvent): void {
    const node = this.nodeUnder(event);
    this.hover.value = node === undefined ? undefined : {node, x: event.clientX, y: event.clientY, byKeyboard: false};
    this.parts.canvas.style.cursor = node === undefined ? 'default' : 'pointer';
  }

  private click(event: MouseEvent): void {
    const node = this.nodeUnder(event);
    if (node !== undefined) this.store.zoomTo(node);
  }

  private key(event: KeyboardEvent): void {
    const focused = document.activeElement;
    const ours = focused === this.parts.canvas || focused === document.body || focused === null;
    if (!ours || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (this.act(event.key)) event.preventDefault();
  }

  private act(key: string): boolean {
    const {store} = this;
    const tree = store.tree.value;
    const cursor = store.cursor.value;
    const [deeper, shallower] = this.icicle ? ['ArrowDown', 'ArrowUp'] : ['ArrowUp', 'ArrowDown'];
    switch (key) {
      case deeper: return this.moveTo(firstChild(tree, cursor));
      case shallower: return this.moveTo(cursor === root ? undefined : parentOf(tree, cursor));
      case 'ArrowLeft': return this.moveTo(previousSibling(tree, cursor));
      case 'ArrowRight': return this.moveTo(nextSibling(tree, cursor));
      case 'Home': return this.moveTo(store.zoom.value);
      case 'Enter': return this.zoomTo(cursor);
      case 'Backspace': case 'Escape': return this.zoomOut();
      default: return false;
    }
  }

  private moveTo(node: NodeId | undefined): boolean {
    if (node !== undefined) this.store.moveTo(node);
    this.reveal(this.store.cursor.value);
    return true;
  }

  private zoomTo(node: NodeId): boolean {
    this.store.zoomTo(node);
    return true;
  }

  /** One step: to the caller of the zoomed node. */
  private zoomOut(): boolean {
    const {store} = this;
    if (store.zoom.value === root) this.hover.value = undefined;
    else store.zoomTo(parentOf(store.tree.value, store.zoom.value));
    return true;
  }

  /** Scrolls the cursor into sight and shows its tooltip. */
  private reveal(node: NodeId): void {
    const {parts, store} = this;
    const row = u32(store.tree.value.depth, node);
    const top = this.yOf(row);
    if (top < 0) parts.frame.scrollTop += top;
    const below = top + rowHeight - parts.frame.clientHeight;
    if (below > 0) parts.frame.scrollTop += below;
    const {left, width} = spanOf(store.tree.value, this.viewport(), node);
    const canvas = parts.canvas.getBoundingClientRect();
    const seen = Math.min(Math.max(left, 0), canvas.width - 40);
    this.hover.value = {
      node,
      x: canvas.left + seen + Math.min(width / 2, 24),
      y: canvas.top + this.yOf(row) + rowHeight,
      byKeyboard: true,
    };
  }
}
