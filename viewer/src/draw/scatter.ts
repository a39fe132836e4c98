// Points on two logarithmic axes, and a curve through them.
import {type Axis, type ScatterBox, type Spot, spotOf} from '../layout/scatter.ts';
import {fitCanvas} from './canvas.ts';
import type {Palette} from './palette.ts';

export interface ScatterScene {
  readonly box: ScatterBox;
  readonly x: Axis;
  readonly y: Axis;
  readonly spots: readonly (Spot & {readonly colour: string; readonly marked: boolean})[];
  readonly curve: readonly Spot[];
  readonly palette: Palette;
  readonly tickText: (value: number) => string;
  readonly titles: {readonly x: string; readonly y: string};
}

export function drawScatter(canvas: HTMLCanvasElement, scene: ScatterScene): void {
  const {context, width, height} = fitCanvas(canvas);
  context.fillStyle = scene.palette.surface;
  context.fillRect(0, 0, width, height);
  context.font = '12px system-ui, sans-serif';
  drawAxes(context, scene);
  drawCurve(context, scene);
  for (const {x, y, colour, marked} of scene.spots) {
    context.beginPath();
    context.arc(x, y, marked ? 6 : 4, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    if (!marked) continue;
    context.strokeStyle = scene.palette.outline;
    context.lineWidth = 2;
    context.stroke();
  }
}

function drawAxes(context: CanvasRenderingContext2D, {box, x, y, palette, tickText, titles}: ScatterScene): void {
  context.strokeStyle = palette.crumbs;
  context.lineWidth = 1;
  context.fillStyle = palette.faintText;
  context.textBaseline = 'middle';
  const line = (fromX: number, fromY: number, toX: number, toY: number): void => {
    context.beginPath();
    context.moveTo(fromX, fromY);
    context.lineTo(toX, toY);
    context.stroke();
  };
  for (const tick of x.ticks) {
    const at = spotOf(box, x, y, {x: tick, y: y.low});
    line(at.x, box.top, at.x, box.top + box.height);
    context.textAlign = 'center';
    context.fillText(tickText(tick), at.x, box.top + box.height + 12);
  }
  for (const tick of y.ticks) {
    const at = spotOf(box, x, y, {x: x.low, y: tick});
    line(box.left, at.y, box.left + box.width, at.y);
    context.textAlign = 'right';
    context.fillText(tickText(tick), box.left - 6, at.y);
  }
  context.textAlign = 'center';
  context.fillText(titles.x, box.left + box.width / 2, box.top + box.height + 30);
  context.textAlign = 'left';
  context.fillText(titles.y, 0, 8);
}

function drawCurve(context: CanvasRenderingContext2D, {curve, palette}: ScatterScene): void {
  context.beginPath();
  curve.forEach(({x, y}) => context.lineTo(x, y));
  context.strokeStyle = palette.outline;
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  context.stroke();
  context.setLineDash([]);
}
