// The table of the page Compare, and what lies below a function where the tracer stops.
import {useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {
  type ComparedFunction, type ComparedKey, type Comparison, flagMeanings, halfOf, ownByGroup, placesOf, sortedRows, withoutTax,
} from '../model/comparison.ts';
import {imbalanceOf, comparedGroups} from '../model/imbalance.ts';
import {categories, type FunctionId} from '../model/profile.ts';
import {baseName, count, duration, visible} from '../model/text.ts';
import type {Store} from '../state/store.ts';
import {openSource} from './actions.ts';
import {useSurroundings} from './context.ts';
import {SplitBar} from './split_bar.tsx';

const firstRows = 200;

const columns: readonly (readonly [key: ComparedKey | '', title: string, hint: string])[] = [
  ['calls', 'Calls', 'Counted by the tracer'],
  ['traced', 'Traced self', 'By the tracer, without built-in functions'],
  ['', 'Built-in', 'Functions of CPython that it called, by the tracer'],
  ['', 'Traced total', 'By the tracer, with all that it called'],
  ['sampled', 'Sampled self', 'With the native code that it calls directly; ± half of the 95 % interval'],
  ['', 'Sampled total', 'With all that it called'],
  ['', 'Of self', 'Python, native code, MPI, waiting'],
  ['inflation', 'Times', 'Traced self and built-in ÷ sampled self'],
  ['tax', 'For a call', 'What the tracer has beyond the samples, by call'],
  ['', 'Place', 'By traced time → by samples'],
];

interface Props {
  readonly comparison: Comparison;
}

export function ComparedFunctions({comparison}: Props): JSX.Element {
  const {store} = useSurroundings();
  const all = useSignal(false);
  const rows = matching(store, comparison.functions, sortedRows(comparison.functions, store.state.value.comparedSort));
  const places = placesOf(comparison.functions);
  const open = store.state.value.compared;
  const isShown = (row: number, place: number): boolean => all.value || place < firstRows || row === open;
  return (
    <>
      <table class="figures-table">
        <caption class="unseen">Functions; the titles sort</caption>
        <thead>
          <tr>
            <Head sortKey="name" title="Function" hint="Opens what lies below it" />
            {columns.map(([key, title, hint]) => (
              <Head sortKey={key} title={title} hint={hint} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.filter(isShown).map((index) => {
            const place = places.get(index);
            const text = place ? (place.traced === place.sampled ? `${place.traced}` : `${place.traced} → ${place.sampled}`) : '';
            return <Row key={index} index={index} comparison={comparison} place={text} />;
          })}
        </tbody>
      </table>
      {!all.value && rows.length > firstRows && (
        <button type="button" class="more-rows" onClick={() => (all.value = true)}>
          Show all {count(rows.length)} functions
        </button>
      )}
      {rows.length === 0 && <p class="nothing">No function matches.</p>}
    </>
  );
}

function matching(store: Store, functions: readonly ComparedFunction[], rows: readonly number[]): readonly number[] {
  const pattern = store.pattern.value;
  if (pattern.kind !== 'regexp') return rows;
  return rows.filter((row) => {
    const {name = '', file = ''} = functions[row] ?? {};
    return pattern.regexp.test(`${name} ${baseName(file)}`);
  });
}

function Head({sortKey, title, hint}: {sortKey: ComparedKey | ''; title: string; hint: string}): JSX.Element {
  const {store} = useSurroundings();
  const kind = sortKey === 'name' ? '' : 'number';
  if (sortKey === '') return <th scope="col" class={kind} title={hint}>{title}</th>;
  const active = store.state.value.comparedSort === sortKey;
  return (
    <th scope="col" class={kind} aria-sort={active ? (sortKey === 'name' ? 'ascending' : 'descending') : 'none'}>
      <button type="button" class="sort" title={hint} onClick={() => store.go({comparedSort: sortKey})}>
        {title}
      </button>
    </th>
  );
}

const seconds = (value: number | null | undefined): string => (typeof value === 'number' ? duration(1e9 * value) : '');
const signed = (value: number | null | undefined): string =>
  typeof value === 'number' ? `${value < 0 ? '−' : ''}${duration(1e9 * Math.abs(value))}` : '';

interface RowProps extends Props {
  readonly index: number;
  readonly place: string;
}

function Row({comparison, index, place}: RowProps): JSX.Element | null {
  const {store} = useSurroundings();
  const row = comparison.functions[index];
  const open = store.state.value.compared === index;
  const element = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (open) element.current?.scrollIntoView({block: 'nearest'});
  }, [open]);
  if (!row) return null;
  const figures = [
    typeof row.ncalls === 'number' ? count(row.ncalls) : '', seconds(row.cprofile_self_s), seconds(row.cprofile_builtin_s), seconds(row.cprofile_total_s),
  ];
  return (
    <>
      <tr ref={element}>
        <td class="name">
          <button type="button" aria-expanded={open} onClick={() => store.go({compared: open ? undefined : index})}>
            {open ? '▾ ' : '▸ '}
            {visible(row.name)}
          </button>{' '}
          {row.flags.map((flag) => (
            <Flag name={flag} />
          ))}
        </td>
        {figures.map((text) => (
          <td class="number">{text}</td>
        ))}
        <td class="number">
          {row.samples > 0 && seconds(row.sampled_self_s)}{' '}
          {row.samples > 0 && <span class="beside">± {seconds(halfOf(row.sampled_self_ci_s))}</span>}
        </td>
        <td class="number">{row.sampled_total_s > 0 && seconds(row.sampled_total_s)}</td>
        <td class="kind-bar">
          {row.samples > 0 && <SplitBar split={splitOf(row)} whole={row.sampled_self_s} />}
        </td>
        <td class="number">{row.inflation?.toFixed(2) ?? ''}</td>
        <td class="number">{signed(row.tax_per_call_s)}</td>
        <td class="number">{place}</td>
      </tr>
      {open && <Details row={row} comparison={comparison} />}
    </>
  );
}

const splitOf = (row: ComparedFunction): Float64Array => Float64Array.from(categories, (name) => row.split[name] ?? 0);

function Flag({name}: {name: string}): JSX.Element {
  const [title, meaning] = flagMeanings[name] ?? [visible(name), ''];
  return <span class="flag" title={meaning}>{title}</span>;
}

function Details({row, comparison}: {row: ComparedFunction; comparison: Comparison}): JSX.Element {
  const tax = comparison.tax_per_call_s;
  return (
    <tr class="line-details">
      <td colSpan={columns.length + 1}>
        <Where row={row} />
        {row.flags.map((flag) => (
          <p>
            <b>{flagMeanings[flag]?.[0] ?? visible(flag)}</b>: {flagMeanings[flag]?.[1] ?? ''}
          </p>
        ))}
        <Times title={`Built-in functions that it called, by ${comparison.tracer}`}
          times={row.builtins.map((one) => [one.name, one.cprofile_self_s, one.ncalls])} />
        <Times title="Native functions, by samples" times={row.native.map((one) => [one.name, one.sampled_s, undefined])} />
        {typeof tax === 'number' && typeof row.ncalls === 'number' && (
          <p>Without {seconds(tax)} for each call: {seconds(withoutTax(row, tax))} (an estimate)</p>
        )}
        <Spread row={row} comparison={comparison} />
      </td>
    </tr>
  );
}

function Where({row}: {row: ComparedFunction}): JSX.Element {
  const {store} = useSurroundings();
  const place = visible(row.line > 0 ? `${row.file}:${row.line}` : row.file);
  const id = row.id;
  if (typeof id !== 'number') return <p class="beside">{place}</p>;
  const toGraph = (graph: 'icicle' | 'sandwich'): void =>
    store.go({page: 'flame', graph, transforms: graph === 'icicle' ? [{kind: 'focus', function: id}] : [], fn: id});
  return (
    <p>
      <button type="button" class="link" onClick={() => toGraph('icicle')}>Flame graph</button>
      {' · '}
      <button type="button" class="link" onClick={() => toGraph('sandwich')}>Callers and callees</button>
      {' · '}
      <button type="button" class="link" onClick={() => openSource(store, id, row.line)}>{place}</button>
    </p>
  );
}

function Times({title, times}: {title: string; times: readonly (readonly [string, number, number | null | undefined])[]}): JSX.Element | null {
  if (times.length === 0) return null;
  return (
    <>
      <p>{title}:</p>
      <ul>
        {times.map(([name, time, calls]) => (
          <li>
            {seconds(time)} {visible(name)}{typeof calls === 'number' ? `, ${count(calls)} calls` : ''}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What both sides have on the ranks: their samples are those of the profile in this page. */
function Spread({row, comparison}: {row: ComparedFunction; comparison: Comparison}): JSX.Element | null {
  const {profile} = useSurroundings().store;
  const {ranks} = row;
  if (!ranks || typeof row.id !== 'number') return null;
  const groups = comparedGroups(profile);
  const own = ownByGroup(profile, row.id as FunctionId);
  const {min, mean, max, argmin, argmax} = imbalanceOf(Float64Array.from(groups, (group) => own[group] ?? 0));
  const label = (index: number): string => profile.groups[groups[index] ?? 0]?.label ?? '';
  return (
    <>
      <p>Over ranks, with built-in functions by {comparison.tracer} and native code by samples:</p>
      <ul>
        <li>
          {comparison.tracer}: {seconds(ranks.min)}{ranks.argmin >= 0 ? ` (rank ${ranks.argmin})` : ''}, mean {seconds(ranks.mean)}, {seconds(ranks.max)} (rank {ranks.argmax})
        </li>
        <li>
          samples: {duration(min)} ({label(argmin)}), mean {duration(mean)}, {duration(max)} ({label(argmax)})
        </li>
      </ul>
    </>
  );
}
