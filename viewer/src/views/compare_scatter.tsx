// Calls against inflation: what a tracer charges for each call puts functions on one curve.
import {useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {drawScatter, type ScatterScene} from '../draw/scatter.ts';
import {curveOf, decadesAround, nearest, spotOf} from '../layout/scatter.ts';
import {type ComparedFunction, type Comparison, type Point, pointsOf} from '../model/comparison.ts';
import {count, duration, visible} from '../model/text.ts';
import {Canvas} from './canvas.tsx';
import {useSurroundings} from './context.ts';

const reach = 12;

/** Of functions of which a ratio is known; one at least. */
export function CompareScatter({comparison}: {comparison: Comparison}): JSX.Element {
  const {store} = useSurroundings();
  const hovered = useSignal<number | undefined>(undefined);
  const points = pointsOf(comparison.functions);
  const scene = useScene(comparison, points);
  const tax = comparison.tax_per_call_s;
  const at = (canvas: HTMLCanvasElement, event: MouseEvent): number | undefined =>
    points[nearest(scene(canvas, undefined).spots, event.offsetX, event.offsetY, reach) ?? -1]?.row;
  const marked = hovered.value ?? store.state.value.compared;
  return (
    <figure class="scatter">
      <Canvas
        class="scatter-chart"
        role="img"
        aria-label={`${points.length} functions by calls and inflation, as in the table below`}
        draw={(canvas) => drawScatter(canvas, scene(canvas, marked))}
        onPointerMove={(event) => (hovered.value = at(event.currentTarget, event))}
        onPointerLeave={() => (hovered.value = undefined)}
        onClick={(event) => {
          const row = at(event.currentTarget, event);
          if (row !== undefined) store.go({compared: row});
        }}
      />
      <figcaption>
        {typeof tax === 'number'
          ? `Dashed: ${duration(1e9 * tax)} for each call, which is what ${comparison.tracer} has beyond the samples over all functions.`
          : `What ${comparison.tracer} has beyond the samples is no more than two runs may differ by.`}{' '}
        {marked !== undefined && pointText(comparison.functions[marked])}
      </figcaption>
    </figure>
  );
}

/** "1 000", from there on "10⁴". */
function tickText(value: number): string {
  const power = Math.round(Math.log10(value));
  if (power < 0) return value.toPrecision(1);
  return power <= 3 ? count(value) : `10${[...String(power)].map((digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]).join('')}`;
}

function pointText(row: ComparedFunction | undefined): string {
  if (!row || typeof row.inflation !== 'number') return '';
  return `${visible(row.name)}: ${count(row.ncalls ?? 0)} calls, ${row.inflation.toFixed(2)} times the samples.`;
}

function useScene(comparison: Comparison, points: readonly Point[]): (canvas: HTMLCanvasElement, marked: number | undefined) => ScatterScene {
  const {palette} = useSurroundings();
  const x = decadesAround(points.map((point) => point.calls));
  const y = decadesAround([...points.map((point) => point.inflation), 1]);
  const {categories} = palette.value;
  const colourOf = ({row}: Point): string =>
    comparison.functions[row]?.flags.includes('overcharged') ? categories.gil : categories.python;
  return (canvas, marked) => {
    const box = {left: 56, top: 20, width: Math.max(10, canvas.clientWidth - 76), height: Math.max(10, canvas.clientHeight - 60)};
    return {
      box, x, y,
      spots: points.map((point) => ({
        ...spotOf(box, x, y, {x: point.calls, y: point.inflation}), colour: colourOf(point), marked: point.row === marked,
      })),
      curve: typeof comparison.tax_per_call_s === 'number' ? curveOf(box, x, y, comparison.tax_per_call_s) : [],
      palette: palette.value,
      tickText,
      titles: {x: 'calls for each second of samples', y: `${comparison.tracer} ÷ samples`},
    };
  };
}
