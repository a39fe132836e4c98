// The first page: what a reader should know, where the time goes, and whether to believe it.
import {useComputed} from '@preact/signals';
import type {ComponentChildren, JSX} from 'preact';
import {columnAt, drawColumns} from '../draw/columns_chart.ts';
import {categoriesIn, type Split, splitByGroup, splitOf, sumOf} from '../model/activity.ts';
import {f64, largest} from '../model/columns.ts';
import {flatRows} from '../model/flat.ts';
import {comparedGroups} from '../model/imbalance.ts';
import {kernelsOf} from '../model/kernels.ts';
import {categories, type FunctionId, type GroupId} from '../model/profile.ts';
import {hotLines} from '../model/own.ts';
import {amount, bytes, percent, place, visible} from '../model/text.ts';
import {qualityLines} from '../model/verdict.ts';
import type {Store} from '../state/store.ts';
import {openInGraph, openSource} from './actions.ts';
import {Canvas} from './canvas.tsx';
import {useSurroundings} from './context.ts';
import {metricLabel, ratio, shortPlace} from './describe.ts';
import {QualityTable} from './quality.tsx';
import {nameAt, SplitBar, SplitLegend} from './split_bar.tsx';

const topRows = 10;

export function SummaryView(): JSX.Element {
  const {store} = useSurroundings();
  const split = useComputed(() => splitOf(store.profile, store.plain.value));
  const whole = sumOf(split.value);
  return (
    <section class="page summary" aria-label="Summary">
      <Findings />
      <Part title={`${metricLabel(store.metric.value)} by category`}>
        <SplitBar split={split.value} whole={whole} />
        <SplitLegend split={split.value} figure={(weight) => amount(weight, store.metric.value.unit)} />
        <Unmeasured />
      </Part>
      <RanksPart />
      <div class="columns">
        <TopFunctions whole={whole} />
        <TopLines whole={whole} />
        <TopKernels whole={whole} />
      </div>
      <div class="columns">
        <RunFacts />
        <Part title={ofWholeRun(store, 'Data quality')}>
          <QualityTable lines={qualityLines(store.profile)} />
        </Part>
      </div>
    </section>
  );
}

/** Of what a range of time does not change. */
const ofWholeRun = (store: Store, title: string): string =>
  store.filter.value?.part ? `${title} of the whole run` : title;

export function Part({title, children}: {title: string; children: ComponentChildren}): JSX.Element {
  return (
    <section class="part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Findings(): JSX.Element | null {
  const {store} = useSurroundings();
  const {findings, run} = store.profile;
  const news = findings.filter((finding) => !run.notes.includes(finding)); // notes stand above every page
  if (news.length === 0) return null;
  return (
    <Part title={ofWholeRun(store, 'Findings')}>
      <ul class="findings">
        {news.map((finding) => (
          <li>{visible(finding)}</li>
        ))}
      </ul>
    </Part>
  );
}

function Unmeasured(): JSX.Element | null {
  const {profile} = useSurroundings().store;
  if (profile.unmeasured.length === 0) return null;
  return (
    <p class="remark">
      CPU time is none while a thread waits; record with <code>--mode wall</code> to see waiting for locks, input and
      output.
    </p>
  );
}

/** Each rank's time by category, those that spend most in MPI first. */
function RanksPart(): JSX.Element | null {
  const {store, palette} = useSurroundings();
  const {profile} = store;
  const splits = useComputed(() => splitByGroup(store.profile, store.plain.value));
  if (profile.groups.length < 2) return null;
  const mpi = categories.indexOf('mpi');
  const inMpi = (group: GroupId): number => f64(splits.value[group] as Split, mpi);
  const order = comparedGroups(profile).sort((a, b) => inMpi(b) - inMpi(a) || a - b);
  const highest = largest(order.map((group) => sumOf(splits.value[group] as Split)));
  const draw = (canvas: HTMLCanvasElement): void =>
    drawColumns(
      canvas,
      order.map((group) => ({
        parts: categoriesIn(splits.value[group] as Split)
          .sort((a, b) => a - b)
          .map((i) => ({value: f64(splits.value[group] as Split, i), colour: palette.value.categories[nameAt(i)]})),
      })),
      highest,
      palette.value.surface,
    );
  const {balance} = profile;
  const filtered = store.filter.value?.part !== undefined;
  return (
    <Part title={profile.run.ranks > 0 ? 'Ranks' : 'Processes'}>
      <Canvas
        class="columns-chart"
        draw={draw}
        role="img"
        title="Click for the graph of one"
        aria-label={`Time by category of ${order.length}, most MPI first, at most ${amount(highest, store.metric.value.unit)}; the Ranks page has a table`}
        onClick={(event) => {
          const index = columnAt(event.currentTarget, order.length, event.offsetX);
          if (index !== undefined) store.go({page: 'flame', graph: 'icicle', group: order[index], thread: undefined});
        }}
      />
      {balance && filtered && <p class="remark">Efficiencies are known of the whole run only.</p>}
      {balance && !filtered && (
        <dl class="figures">
          <Figure name="Parallel efficiency" value={percent(balance.parallel)} />
          <Figure name="Load balance" value={percent(balance.load)} />
          <Figure name="Communication efficiency" value={percent(balance.communication)} />
          {balance.serialisation !== undefined && <Figure name="Serialisation" value={percent(balance.serialisation)} />}
          {balance.transfer !== undefined && <Figure name="Transfer efficiency" value={percent(balance.transfer)} />}
          <Figure name="Lost to imbalance" value={amount(balance.lost_to_imbalance_ns, 'nanoseconds')} />
          <Figure name="Lost to communication" value={amount(balance.lost_to_communication_ns, 'nanoseconds')} />
        </dl>
      )}
    </Part>
  );
}

function Figure({name, value}: {name: string; value: string}): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface TopProps {
  readonly whole: number;
}

function TopFunctions({whole}: TopProps): JSX.Element {
  const {store} = useSurroundings();
  const {profile} = store;
  const rows = useComputed(() =>
    flatRows(store.profile, store.plain.value, 'function')
      .filter((row) => row.self > 0)
      .slice(0, topRows),
  );
  return (
    <Part title="Functions">
      <TopTable figure="Self">
        {rows.value.map(({location, self, heaviest}) => {
          const id = profile.locations[location]?.function ?? (0 as FunctionId);
          const fn = profile.functions[id];
          return (
            <TopCells
              share={ratio(self, whole)}
              title={fn ? place(fn, 0) : ''}
              name={visible(fn?.name ?? '')}
              source={shortPlace(profile, id, 0)}
              onClick={() => openInGraph(store, heaviest, id)}
            />
          );
        })}
      </TopTable>
    </Part>
  );
}

function TopLines({whole}: TopProps): JSX.Element {
  const {store} = useSurroundings();
  const {profile} = store;
  const rows = useComputed(() => hotLines(store.profile, store.plain.value).slice(0, topRows));
  return (
    <Part title="Lines">
      <TopTable figure="Own">
        {rows.value.map(({location, own}) => {
          const {function: id, line} = profile.locations[location] ?? {function: 0 as FunctionId, line: 0};
          const fn = profile.functions[id];
          return (
            <TopCells
              share={ratio(own, whole)}
              title={fn ? place(fn, line) : ''}
              name={shortPlace(profile, id, line)}
              source={visible(fn?.name ?? '')}
              onClick={() => openSource(store, id, line)}
            />
          );
        })}
      </TopTable>
    </Part>
  );
}

function TopTable({figure, children}: {figure: string; children: ComponentChildren}): JSX.Element {
  return (
    <table class="top">
      <thead>
        <tr>
          <th scope="col">{figure}</th>
          <th scope="col">Name</th>
          <th scope="col">Source</th>
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

interface CellProps {
  readonly share: number;
  readonly name: string;
  readonly source: string;
  readonly title: string;
  readonly onClick: () => void;
}

function TopCells({share, name, source, title, onClick}: CellProps): JSX.Element {
  return (
    <tr>
      <td class="number">{percent(share)}</td>
      <td class="name">
        <button type="button" onClick={onClick}>
          {name}
        </button>
      </td>
      <td class="source" title={title}>
        {source}
      </td>
    </tr>
  );
}

function TopKernels({whole}: TopProps): JSX.Element | null {
  const {store} = useSurroundings();
  const {profile} = store;
  const kernels = useComputed(() => kernelsOf(store.profile, store.plain.value).slice(0, topRows));
  if (kernels.value.length === 0) return null;
  return (
    <Part title="Compute kernels">
      <TopTable figure="Self">
        {kernels.value.map((kernel) => {
          const caller = kernel.callers[0];
          return (
            <TopCells
              share={ratio(kernel.figures[store.plain.value.metric] ?? 0, whole)}
              title="The line that calls most"
              name={visible(profile.functions[kernel.function]?.name ?? '')}
              onClick={() => store.go({page: 'kernels', fn: kernel.function})}
              source={caller ? shortPlace(profile, caller.function, caller.line) : ''}
            />
          );
        })}
      </TopTable>
    </Part>
  );
}

function RunFacts(): JSX.Element {
  const {profile} = useSurroundings().store;
  const {run} = profile;
  const most = largest(profile.processes.map((process) => process.max_rss_bytes));
  const delay = profile.processes.reduce((sum, process) => sum + process.run_delay_ns, 0);
  const facts: readonly (readonly [string, string])[] = [
    ['Command', run.command.join(' ')],
    [
      'Started',
      run.started_realtime_ms > 0
        ? new Date(run.started_realtime_ms).toISOString().replace('T', ' ').slice(0, 19) + ' UTC'
        : '',
    ],
    ['Hosts', run.hosts.join(', ')],
    ['Software', [...profile.libraries, run.mpi].filter(Boolean).join(', ')],
    ['Sampled', `${run.mode} time at ${run.rate_hz} Hz${run.engine === '' ? '' : ` by ${run.engine}`}`],
    ['Counted', run.counters.join(', ')],
    ['Largest memory of a process', most > 0 ? bytes(most) : ''],
    ['Waited for a processor', delay > 0 ? amount(delay, 'nanoseconds') : ''],
    ['Written by', `pyprof ${run.version}`],
  ];
  return (
    <Part title="Run">
      <dl class="run-facts">
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <Figure name={name} value={visible(value)} />
          ))}
      </dl>
    </Part>
  );
}
