// The table of the flame graph page: every function (or line) with its own and its total time. Also the flame graph's twin for readers
// who do not see it.
import {useComputed, useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {domainLabels} from '../draw/palette.ts';
import {f64} from '../model/columns.ts';
import {type FunctionRow, functionRows, type SortKey, sortRows} from '../model/functions.ts';
import {amount, count, locationLabel, moduleName, percent, place} from '../model/text.ts';
import {placeOf, root} from '../model/tree.ts';
import type {Store} from '../state/store.ts';
import {useSurroundings} from './context.ts';
import {TreeTable} from './tree_table.tsx';
import {Transforms} from './transforms.tsx';
import {ratio, sampleWord} from './describe.ts';

const firstRows = 300;

interface Column {
  readonly sort: SortKey;
  readonly title: string;
  readonly span: number;
}

const sortColumns: readonly Column[] = [
  {sort: 'self', title: 'Self', span: 2},
  {sort: 'total', title: 'Total', span: 2},
  {sort: 'samples', title: 'Samples', span: 1},
  {sort: 'name', title: 'Function', span: 1},
];

export function TableView(): JSX.Element {
  const {store} = useSurroundings();
  const all = useSignal(false);
  const rows = useComputed(() => shownRows(store));
  const shown = all.value ? rows.value : rows.value.slice(0, firstRows);
  if (store.state.value.asTree) return <TreeTable />;
  return (
    <div class="table-page">
      <TableStrip />
      <table class="functions">
        <thead>
          <tr>
            {sortColumns.map((column) => <SortHeader {...column} />)}
            <th scope="col">Source</th>
            <th scope="col">Library</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => <Row row={row} />)}
        </tbody>
      </table>
      {shown.length < rows.value.length && (
        <button type="button" class="more-rows" onClick={() => (all.value = true)}>
          Show all {count(rows.value.length)} rows
        </button>
      )}
      {rows.value.length === 0 && <p class="nothing">No function matches.</p>}
    </div>
  );
}

/** List or tree, and what was done to the stacks. */
export function TableStrip(): JSX.Element {
  const {store} = useSurroundings();
  const {asTree} = store.state.value;
  return (
    <div class="strip actions">
      <div class="choice" role="group" aria-label="Form">
        <button type="button" aria-pressed={!asTree} onClick={() => store.go({asTree: false})}>List</button>
        <button type="button" aria-pressed={asTree} onClick={() => store.go({asTree: true})}>Tree of calls</button>
      </div>
      <Transforms />
    </div>
  );
}

function shownRows(store: Store): FunctionRow[] {
  const {profile} = store;
  const {granularity, sort} = store.state.value;
  const matches = store.matches.value;
  const rows = functionRows(profile, store.calls.value, granularity).filter((row) => {
    const location = profile.locations[row.location];
    return !matches || (location !== undefined && matches.functions[location.function] === 1);
  });
  return sortRows(rows, sort, (row) => profile.functions[profile.locations[row.location]?.function ?? 0]?.name ?? '');
}

function SortHeader({sort, title, span}: Column): JSX.Element {
  const {store} = useSurroundings();
  const active = store.state.value.sort === sort;
  const direction = sort === 'name' ? 'ascending' : 'descending';
  return (
    <th scope="col" colSpan={span} class={sort} aria-sort={active ? direction : 'none'}>
      <button type="button" onClick={() => store.go({sort})}>{sort === 'samples' ? sampleWord(store, 'Samples') : title}</button>
    </th>
  );
}

function Row({row}: {row: FunctionRow}): JSX.Element | null {
  const {store, palette} = useSurroundings();
  const {profile} = store;
  const location = profile.locations[row.location];
  const fn = location && profile.functions[location.function];
  if (!fn) return null;
  const byLine = store.state.value.granularity === 'line';
  const whole = f64(store.calls.value.total, root);
  const open = (): void => {
    const place = placeOf(store.calls.value, row.heaviest);
    store.go({page: 'flame', graph: 'icicle', zoom: place, cursor: place, fn: location.function});
  };
  const shade = palette.value.shades[fn.machinery ? 'machinery' : fn.domain][2] ?? 'transparent';
  return (
    <tr>
      <Share share={ratio(row.self, whole)} shade={shade} />
      <td class="number">{amount(row.self, store.metric.value.unit)}</td>
      <Share share={ratio(row.total, whole)} shade={shade} />
      <td class="number">{amount(row.total, store.metric.value.unit)}</td>
      <td class="number">{count(row.selfSamples)}</td>
      <td class="name">
        <i class="kind" style={{backgroundColor: shade}} title={domainLabels[fn.domain]} />
        <button type="button" onClick={open} title="Show in the flame graph">
          {locationLabel(profile, location, byLine)}
        </button>
        <span class="unseen">{domainLabels[fn.domain]}</span>
      </td>
      <td class="source">{place(fn, byLine ? location.line : 0)}</td>
      <td class="library">{moduleName(fn)}</td>
    </tr>
  );
}

function Share({share, shade}: {share: number; shade: string}): JSX.Element {
  return (
    <td class="share">
      <i style={{width: `${100 * share}%`, backgroundColor: shade}} />
      <span>{percent(share)}</span>
    </td>
  );
}
