// The ranks page: which functions take longer on some ranks than on others.
import {useComputed, useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {drawColumns} from '../draw/columns_chart.ts';
import {f64, largest} from '../model/columns.ts';
import {comparedGroups, histogram, imbalanceOf, type RankRow, rankRows} from '../model/imbalance.ts';
import {type GroupId, standsForRanks} from '../model/profile.ts';
import {amount, count, percent, place, visible} from '../model/text.ts';
import type {RankOrder} from '../state/state.ts';
import type {Store} from '../state/store.ts';
import {Canvas} from './canvas.tsx';
import {useSurroundings} from './context.ts';
import {metricLabel, shortPlace} from './describe.ts';
import {RankMap} from './rank_map.tsx';
import {SlowMinusFast} from './slow_minus_fast.tsx';
import {Part} from './summary.tsx';

const firstRows = 30;
const bins = 20;

export function RanksView(): JSX.Element {
  const {store} = useSurroundings();
  const {profile} = store;
  const groups = useComputed(() => comparedGroups(profile));
  const rows = useComputed(() => rankRows(store.profile, store.plain.value, groups.value));
  const all = useSignal(false);
  const shown = all.value ? rows.value : rows.value.slice(0, firstRows);
  const chosen = rows.value.find((row) => row.function === store.state.value.fn) ?? rows.value[0];
  return (
    <section class="page ranks-page" aria-label="Ranks">
      <p class="remark">
        Own {metricLabel(store.metric.value)} of each function on each {profile.run.ranks > 0 ? 'rank' : 'process'}, as
        part of the largest; functions that make others wait longest come first. A click shows the graph of that one.
      </p>
      <Scarcity groups={groups.value.length} />
      {profile.knowsThreads && profile.processes.some(standsForRanks) && (
        <p class="remark">Small values stand in this profile as sums over all ranks; they are in no cell.</p>
      )}
      <SlowMinusFast groups={groups.value} chosen={chosen} />
      <RankMap rows={shown} groups={groups.value} order={columnOrder(store, groups.value, chosen)} chosen={chosen} />
      {!all.value && rows.value.length > firstRows && (
        <button type="button" class="more-rows" onClick={() => (all.value = true)}>
          Show all {count(rows.value.length)} functions
        </button>
      )}
      {chosen && <Chosen row={chosen} groups={groups.value} />}
      <Part title="Imbalance">
        <ImbalanceTable rows={shown} groups={groups.value} />
      </Part>
    </section>
  );
}

/** Of a range of time: on how little the figures of single ranks stand. */
function Scarcity({groups}: {groups: number}): JSX.Element | null {
  const {store} = useSurroundings();
  const part = store.filter.value?.part;
  if (!part) return null;
  const each = part.moments / groups;
  return (
    <p class="remark">
      There are {count(each)} moments of each on average, whose number alone varies by ±{' '}
      {each > 0 ? percent(Math.min(1, 1.96 / Math.sqrt(each))) : '100 %'} by chance.
    </p>
  );
}

/** Indices into the groups; by the time of the chosen function, or by host and then rank. */
function columnOrder({profile, state}: Store, groups: readonly GroupId[], chosen: RankRow | undefined): number[] {
  const order = groups.map((_, i) => i);
  const host = (i: number): string => profile.processes[profile.groups[groups[i] ?? 0]?.processes[0] ?? 0]?.host ?? '';
  const compare: Readonly<Record<RankOrder, (a: number, b: number) => number>> = {
    rank: (a, b) => a - b,
    value: (a, b) => (chosen ? f64(chosen.figures, b) - f64(chosen.figures, a) : 0) || a - b,
    host: (a, b) => (host(a) < host(b) ? -1 : host(a) > host(b) ? 1 : a - b),
  };
  return order.sort(compare[state.value.order]);
}

/** Its figures from large to small, and how they are distributed. */
function Chosen({row, groups}: {row: RankRow; groups: readonly GroupId[]}): JSX.Element {
  const {store, palette} = useSurroundings();
  const {profile} = store;
  const text = (value: number): string => amount(value, store.metric.value.unit);
  const sorted = row.figures.slice().sort().reverse();
  const counts = histogram(row.figures, bins);
  const {min, max, mean} = imbalanceOf(row.figures);
  const column = (value: number) => ({parts: [{value, colour: palette.value.categories.mpi}]});
  const draw =
    (values: ArrayLike<number>) =>
    (canvas: HTMLCanvasElement): void =>
      drawColumns(canvas, Array.from(values, column), largest(Array.from(values)), palette.value.surface);
  return (
    <Part title={visible(profile.functions[row.function]?.name ?? '')}>
      <div class="columns">
        <figure class="part">
          <Canvas
            class="columns-chart plain"
            draw={draw(sorted)}
            role="img"
            aria-label={`Figures of ${groups.length}, sorted, from ${text(max)} to ${text(min)}`}
          />
          <figcaption>
            Sorted: {text(max)} to {text(min)}, mean {text(mean)}
          </figcaption>
        </figure>
        <figure class="part">
          <Canvas
            class="columns-chart plain"
            draw={draw(counts)}
            role="img"
            aria-label={`Histogram: ${[...counts].join(', ')}`}
          />
          <figcaption>
            How many lie in each twentieth between {text(min)} and {text(max)}
          </figcaption>
        </figure>
      </div>
    </Part>
  );
}

function ImbalanceTable({rows, groups}: {rows: readonly RankRow[]; groups: readonly GroupId[]}): JSX.Element {
  return (
    <table class="figures-table">
      <thead>
        <tr>
          <th scope="col">Function</th>
          {['Mean', 'Max', 'Max ÷ mean', 'σ', 'Slowest'].map((title) => (
            <th scope="col" class="number">
              {title}
            </th>
          ))}
          <th scope="col" class="number" title="(max − mean) × ranks">
            Lost, all together
          </th>
          <th scope="col">Source</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <ImbalanceRow row={row} groups={groups} />
        ))}
      </tbody>
    </table>
  );
}

function ImbalanceRow({row, groups}: {row: RankRow; groups: readonly GroupId[]}): JSX.Element {
  const {store} = useSurroundings();
  const {profile} = store;
  const {mean, max, sigma, argmax, lost} = row.imbalance;
  const text = (value: number): string => amount(value, store.metric.value.unit);
  const fn = profile.functions[row.function];
  return (
    <tr>
      <td class="name">
        <button type="button" onClick={() => store.go({fn: row.function})}>
          {visible(fn?.name ?? '')}
        </button>
      </td>
      <td class="number">{text(mean)}</td>
      <td class="number">{text(max)}</td>
      <td class="number">{mean > 0 ? (max / mean).toFixed(2) : ''}</td>
      <td class="number">{text(sigma)}</td>
      <td class="number">{profile.groups[groups[argmax] ?? 0]?.label}</td>
      <td class="number">{text(lost)}</td>
      <td class="source" title={fn ? place(fn, 0) : ''}>
        {shortPlace(profile, row.function, 0)}
      </td>
    </tr>
  );
}
