// Draws the boxes of a flame graph on a canvas. Knows nothing of events or of how the boxes were found.
import type {Box} from '../layout/flame.ts';
import {LabelFitter} from './labels.ts';
import type {Palette} from './palette.ts';

export const rowHeight = 20;
const padding = 5;
const font = '12px system-ui, sans-serif';

/** Diagonal stripes, or lines along the box. */
export type Texture = 'stripes' | 'rules';

/** What to write in a box and how to paint it. */
export interface Look {
  readonly fill: string;
  readonly texture: Texture | undefined;
  readonly name: string;
  /** Written after the name, fainter, if there is room: where it is from. */
  readonly origin: string;
  readonly match: boolean;
}

export interface Scene {
  readonly boxes: readonly Box[];
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
  /** Top edge of a row in CSS pixels. */
  readonly yOf: (row: number) => number;
  readonly lookOf: (box: Box) => Look;
  /** Rows up to this one are callers of the zoomed node, painted paler. */
  readonly callersAbove: number;
  readonly searching: boolean;
  readonly cursor: number;
  readonly hover: number | undefined;
}

export class FlamePainter {
  private readonly context: CanvasRenderingContext2D;
  readonly labels: LabelFitter;
  private readonly patterns = new Map<string, CanvasPattern | null>();

  constructor(private readonly canvas: HTMLCanvasElement) {
    const context = canvas.getContext('2d', {alpha: false});
    if (!context) throw new Error('this browser has no canvas');
    this.context = context;
    context.font = font;
    this.labels = new LabelFitter((text) => context.measureText(text).width);
  }

  paint(scene: Scene): void {
    this.resize(scene.width, scene.height);
    const {context} = this;
    context.fillStyle = scene.palette.surface;
    context.fillRect(0, 0, scene.width, scene.height);
    context.font = font;
    context.textBaseline = 'middle';
    for (const box of scene.boxes) this.paintBox(scene, box);
    context.globalAlpha = 1;
    for (const box of scene.boxes) this.paintOutline(scene, box);
  }

  /** Resizing clears a canvas, so it is done only when needed. */
  private resize(width: number, height: number): void {
    const ratio = devicePixelRatio;
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== w || this.canvas.height !== h) {
      this.canvas.width = w;
      this.canvas.height = h;
    }
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  private paintBox(scene: Scene, box: Box): void {
    const {context} = this;
    const y = scene.yOf(box.row);
    if (box.crumbs) {
      context.globalAlpha = scene.searching ? 0.4 : 1;
      context.fillStyle = scene.palette.crumbs;
      context.fillRect(box.left, y, Math.max(box.width, 0.5), rowHeight - 1);
      return;
    }
    const look = scene.lookOf(box);
    const width = box.width > 3 ? box.width - 1 : box.width;
    context.globalAlpha = scene.searching && !look.match ? 0.38 : box.row < scene.callersAbove ? 0.6 : 1;
    context.fillStyle = look.fill;
    context.fillRect(box.left, y, width, rowHeight - 1);
    if (look.texture) this.paintTexture(look.texture, scene.palette.stripe, box.left, y, width);
    if (box.width > 24) this.paintLabel(scene.palette, look, box, y);
  }

  private paintTexture(texture: Texture, colour: string, left: number, top: number, width: number): void {
    const name = texture + colour;
    if (!this.patterns.has(name)) this.patterns.set(name, patternOf(this.context, texture, colour));
    const pattern = this.patterns.get(name);
    if (!pattern) return;
    this.context.fillStyle = pattern;
    this.context.fillRect(left, top, width, rowHeight - 1);
  }

  private paintLabel(palette: Palette, look: Look, box: Box, top: number): void {
    const {context} = this;
    const left = Math.max(box.left, 0) + padding;
    const room = box.left + box.width - left - padding;
    const name = this.labels.fit(look.name, room);
    if (name === '') return;
    const middle = top + rowHeight / 2;
    context.fillStyle = palette.text;
    context.fillText(name, left, middle);
    if (name !== look.name || look.origin === '') return;
    const after = this.labels.width(name) + 10;
    if (this.labels.width(look.origin) > room - after) return;
    context.fillStyle = palette.faintText;
    context.fillText(look.origin, left + after, middle);
  }

  private paintOutline(scene: Scene, box: Box): void {
    const isCursor = box.node === scene.cursor;
    if (!isCursor && box.node !== scene.hover) return;
    const {context} = this;
    context.strokeStyle = scene.palette.outline;
    context.lineWidth = isCursor ? 2 : 1;
    const inset = context.lineWidth / 2;
    const width = Math.max(box.width - 1, 2) - context.lineWidth;
    context.strokeRect(box.left + inset, scene.yOf(box.row) + inset, width, rowHeight - 1 - context.lineWidth);
  }
}

/** Thin lines, eight or four pixels apart. */
function patternOf(context: CanvasRenderingContext2D, texture: Texture, colour: string): CanvasPattern | null {
  const size = texture === 'stripes' ? 8 : 4;
  const tile = document.createElement('canvas');
  tile.width = tile.height = size;
  const drawing = tile.getContext('2d');
  if (!drawing) return null;
  drawing.strokeStyle = colour;
  drawing.lineWidth = 2;
  if (texture === 'rules') {
    drawing.lineWidth = 1;
    drawing.moveTo(0, 1.5);
    drawing.lineTo(size, 1.5);
  } else {
    for (const shift of [-size, 0, size]) {
      drawing.moveTo(shift - 1, size + 1);
      drawing.lineTo(shift + size + 1, -1);
    }
  }
  drawing.stroke();
  return context.createPattern(tile, 'repeat');
}
