// The page Diff: which functions or lines differ between two runs, or two ranks, by how much, and how surely.
import {useComputed, useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {differenceFill} from '../draw/difference.ts';
import {type Change, delta, isNotable} from '../model/change.ts';
import {type ChangeKey, changeRows, type ChangeRow, notableRows, sortChanges} from '../model/changes.ts';
import {type Contrast, totalChange} from '../model/contrast.ts';
import type {FunctionId} from '../model/profile.ts';
import {count, locationLabel, place, visible} from '../model/text.ts';
import type {Place} from '../model/tree.ts';
import type {Store} from '../state/store.ts';
import {openSource} from './actions.ts';
import {changeText, intervalText, relativeText, signedText, valueText} from './change_text.ts';
import {useSurroundings} from './context.ts';
import {shortPlace} from './describe.ts';
import {Part} from './summary.tsx';

const firstRows = 200;

export function DiffView(): JSX.Element {
  const {store} = useSurroundings();
  const contrast = store.contrast.value;
  const difference = store.profile.difference;
  if (!contrast) return <Nothing />;
  const ofRuns = contrast.before.threads === undefined;
  return (
    <section class="page diff-page" aria-label="Diff">
      {ofRuns && difference ? (
        <ul class="findings">
          {difference.facts.map((fact) => (
            <li>{visible(fact)}</li>
          ))}
        </ul>
      ) : (
        <RanksFact contrast={contrast} />
      )}
      <p class="actions">
        <button type="button" class="toggle" onClick={() => showGraph(store)}>
          Differential flame graph
        </button>
      </p>
      <Changes contrast={contrast} />
      <Part title="How to read it">
        {(ofRuns ? (difference?.legend ?? []) : ranksLegend).map((sentence) => (
          <p class="remark">{visible(sentence)}</p>
        ))}
        <p class="remark">
          ±: two standard deviations, by the number of samples alone. Red is slower, blue faster. A name opens the flame graph.
        </p>
      </Part>
    </section>
  );
}

function Nothing(): JSX.Element {
  return (
    <section class="page diff-page" aria-label="Diff">
      <p class="nothing">
        What is chosen is not held against anything. An earlier run has its first metric, of all ranks together: choose these, or beside a rank
        what is taken off it.
      </p>
    </section>
  );
}

const ranksLegend = [
  'Of Python functions and lines with the native code that they call directly, of native ones alone; total: the change with all that a function calls.',
];

function RanksFact({contrast}: {contrast: Contrast}): JSX.Element {
  const {store} = useSurroundings();
  const whole = totalChange(contrast);
  return (
    <ul class="findings">
      <li>
        {contrast.before.name} → {contrast.after.name}: {changeText(whole, contrast, store.metric.value)}.
      </li>
    </ul>
  );
}

function showGraph(store: Store, at: Place = 0 as Place, fn?: FunctionId): void {
  store.go({page: 'flame', graph: 'icicle', colouring: 'difference', transforms: [], zoom: at, cursor: at, ...(fn === undefined ? {} : {fn})});
}

interface Column {
  readonly key: ChangeKey;
  readonly title: string;
  readonly hint: string;
}

function columnsFor(contrast: Contrast): Column[] {
  const loss: Column = {key: 'loss', title: 'N × T_N − T_1', hint: 'What all ranks of the larger job have together beyond those of the smaller one'};
  return [
    {key: 'delta', title: 'Change', hint: 'Of own time'},
    {key: 'relative', title: 'Relative', hint: 'To before'},
    {key: 'before', title: 'Before', hint: visible(contrast.before.name)},
    {key: 'after', title: 'After', hint: visible(contrast.after.name)},
    {key: 'total', title: 'Total change', hint: 'With all that it calls'},
    ...(contrast.workers ? [loss] : []),
    {key: 'name', title: 'Function', hint: ''},
  ];
}

function Changes({contrast}: {contrast: Contrast}): JSX.Element {
  const {store} = useSurroundings();
  const all = useSignal(false);
  const rows = useComputed(() => rowsOf(store));
  const shown = all.value ? rows.value.shown : rows.value.shown.slice(0, firstRows);
  const columns = columnsFor(contrast);
  return (
    <>
      <table class="figures-table">
        <caption class="unseen">What changed; the titles sort</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <SortHeader column={column} />
            ))}
            <th scope="col">Source</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <Row key={row.location} row={row} contrast={contrast} whole={rows.value.whole} />
          ))}
        </tbody>
      </table>
      {shown.length < rows.value.shown.length && (
        <button type="button" class="more-rows" onClick={() => (all.value = true)}>
          Show all {count(rows.value.shown.length)} rows
        </button>
      )}
      {rows.value.shown.length === 0 && <p class="nothing">{emptyText(store, rows.value.left)}</p>}
      {rows.value.left > 0 && rows.value.shown.length > 0 && (
        <p class="remark">{count(rows.value.left)} more differ by chance only or by less than 1 % of the total: All changes.</p>
      )}
    </>
  );
}

function emptyText(store: Store, left: number): string {
  if (store.matches.value) return 'No function matches.';
  return left > 0 ? 'None differs beyond chance and by more than 1 % of the total; see All changes.' : 'There is no time on either side.';
}

interface Rows {
  readonly shown: readonly ChangeRow[];
  /** How many are within chance, or small. */
  readonly left: number;
  readonly whole: Change;
}

function rowsOf(store: Store): Rows {
  const {profile} = store;
  const contrast = store.contrast.value;
  const {workers} = store.plain.value;
  const {granularity, allChanges, changeSort} = store.state.value;
  if (!contrast) return {shown: [], left: 0, whole: {before: 0, after: 0, sigma: undefined}};
  const whole = totalChange(contrast);
  const found = changeRows(profile, contrast, {granularity, workers});
  const listed = allChanges ? found : notableRows(found, whole);
  const matches = store.matches.value;
  const functionOf = (row: ChangeRow): number => profile.locations[row.location]?.function ?? 0;
  const shown = listed.filter((row) => !matches || matches.functions[functionOf(row)] === 1);
  const sorted = sortChanges(shown, changeSort, (row) => profile.functions[functionOf(row)]?.name ?? '');
  return {shown: sorted, left: found.length - listed.length, whole};
}

function SortHeader({column: {key, title, hint}}: {column: Column}): JSX.Element {
  const {store} = useSurroundings();
  const active = store.state.value.changeSort === key;
  return (
    <th
      scope="col"
      class={key === 'name' ? '' : 'number'}
      aria-sort={active ? (key === 'name' ? 'ascending' : 'descending') : 'none'}
    >
      <button type="button" class="sort" title={hint} onClick={() => store.go({changeSort: key})}>
        {title}
      </button>
    </th>
  );
}

interface RowProps {
  readonly row: ChangeRow;
  readonly contrast: Contrast;
  readonly whole: Change;
}

function Row({row, contrast, whole}: RowProps): JSX.Element | null {
  const {store, palette} = useSurroundings();
  const {profile} = store;
  const location = profile.locations[row.location];
  const fn = location && profile.functions[location.function];
  if (!fn) return null;
  const metric = store.metric.value;
  const byLine = store.state.value.granularity === 'line';
  const line = byLine ? location.line : 0;
  const fill = isNotable(row.own, whole) ? differenceFill(palette.value, row.own) : palette.value.changes.same;
  return (
    <tr>
      <td class="number">
        {signedText(delta(row.own), contrast, metric)} <span class="beside">{intervalText(row.own, contrast, metric)}</span>
      </td>
      <td class="number">{relativeText(row.own)}</td>
      <td class="number">{valueText(row.own.before, contrast, metric)}</td>
      <td class="number">{valueText(row.own.after, contrast, metric)}</td>
      <td class="number">{signedText(delta(row.total), contrast, metric)}</td>
      {contrast.workers && <td class="number">{signedText(row.loss ?? 0, contrast, metric)}</td>}
      <td class="name">
        <i class="kind" style={{backgroundColor: fill}} />
        <button type="button" title="Show in the flame graph" onClick={() => showGraph(store, row.heaviest as number as Place, location.function)}>
          {locationLabel(profile, location, byLine)}
        </button>
      </td>
      <td class="source" title={place(fn, line)}>
        {fn.file === '' ? (
          shortPlace(profile, location.function, line)
        ) : (
          <button type="button" class="link" onClick={() => openSource(store, location.function, line)}>
            {shortPlace(profile, location.function, line)}
          </button>
        )}
      </td>
    </tr>
  );
}
