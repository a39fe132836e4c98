// What to look at: each page names the switches that it heeds.
import type {JSX} from 'preact';
import type {GroupId, ThreadId} from '../model/profile.ts';
import {selectedThreads} from '../model/tree.ts';
import {type Graph, graphs, type State} from '../state/state.ts';
import {AgainstSelect, ChangesChoice} from './contrast_choices.tsx';
import {useSurroundings} from './context.ts';
import {groupsLabel, metricLabel, threadLabel} from './describe.ts';
import {type Control, pageOf} from './pages.ts';

export function Toolbar(): JSX.Element | null {
  const {store} = useSurroundings();
  const {controls} = pageOf(store);
  if (controls.length === 0) return null;
  return (
    <div class="toolbar" role="toolbar" aria-label="View">
      {controls.map((control) => offered[control]())}
    </div>
  );
}

const offered: Readonly<Record<Control, () => JSX.Element>> = {
  graph: () => <GraphChoice />,
  metric: () => <MetricSelect />,
  frames: () => <FrameChoices />,
  workers: () => <WorkersChoice />,
  rank: () => (
    <>
      <RankSelect />
      <ThreadSelect />
    </>
  ),
  against: () => <AgainstSelect />,
  changes: () => <ChangesChoice />,
  order: () => (
    <Choice
      label="Order of the ranks"
      name="order"
      options={[
        ['rank', 'By rank'],
        ['value', 'By time'],
        ['host', 'By host'],
      ]}
    />
  ),
};

const graphNames: Readonly<Record<Graph, string>> = {
  icicle: 'Icicle',
  flame: 'Flame',
  callers: 'Callers',
  sandwich: 'Sandwich',
  table: 'Table',
};

function GraphChoice(): JSX.Element {
  const {store} = useSurroundings();
  return (
    <div class="choice" role="group" aria-label="Graph">
      {graphs.map((graph, i) => (
        <button
          type="button"
          aria-pressed={store.state.value.graph === graph}
          title={`${graphNames[graph]} (${i + 1})`}
          onClick={() => store.show(graph)}
        >
          {graphNames[graph]}
        </button>
      ))}
    </div>
  );
}

/** What widths and shares are of. */
function MetricSelect(): JSX.Element | null {
  const {store} = useSurroundings();
  const {metrics} = store.profile;
  if (metrics.length < 2) return null;
  return (
    <select
      aria-label="Metric"
      title="What is shown"
      value={store.state.value.metric}
      onChange={(event) => store.go({metric: Number(event.currentTarget.value)})}
    >
      {metrics.map((metric, id) => (
        <option value={id}>{metricLabel(metric)}</option>
      ))}
    </select>
  );
}

function FrameChoices(): JSX.Element {
  const {store} = useSurroundings();
  const {machinery} = store.state.value;
  return (
    <>
      <Choice
        label="Granularity"
        name="granularity"
        options={[
          ['function', 'Functions'],
          ['line', 'Lines'],
        ]}
      />
      <Choice
        label="Frames"
        name="frames"
        options={[
          ['all', 'All'],
          ['python', 'Python'],
          ['native', 'Native'],
        ]}
      />
      <button
        type="button"
        class="toggle"
        aria-pressed={machinery}
        title="Show the frames of the interpreter and of bindings (m)"
        onClick={() => store.go({machinery: !machinery})}
      >
        Interpreter
      </button>
    </>
  );
}

function WorkersChoice(): JSX.Element | null {
  if (!useSurroundings().store.profile.hasWorkers) return null;
  return (
    <Choice
      label="Threads without Python"
      name="workers"
      options={[
        ['joined', 'Joined'],
        ['apart', 'Apart'],
      ]}
    />
  );
}

interface ChoiceProps<K extends keyof State> {
  readonly label: string;
  readonly name: K;
  readonly options: readonly (readonly [State[K], string])[];
}

function Choice<K extends keyof State>({label, name, options}: ChoiceProps<K>): JSX.Element {
  const {store} = useSurroundings();
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map(([value, text]) => (
        <button
          type="button"
          aria-pressed={store.state.value[name] === value}
          onClick={() => store.go({[name]: value})}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

function RankSelect(): JSX.Element | null {
  const {store} = useSurroundings();
  const {groups, run} = store.profile;
  if (groups.length < 2) return null;
  const change = (text: string): void =>
    store.go({group: text === '' ? undefined : (Number(text) as GroupId), thread: undefined});
  return (
    <select
      aria-label={run.ranks > 0 ? 'Rank' : 'Process'}
      value={store.state.value.group ?? ''}
      onChange={(event) => change(event.currentTarget.value)}
    >
      <option value="">{groupsLabel(store)}</option>
      {groups.map((group, id) => (
        <option value={id}>{group.label}</option>
      ))}
    </select>
  );
}

function ThreadSelect(): JSX.Element | null {
  const {store} = useSurroundings();
  const {profile} = store;
  const selection = store.plain.value;
  const inGroup = selectedThreads(profile, {...selection, thread: undefined});
  const offered = profile.threads.map((_, id) => id).filter((id) => inGroup[id] === 1);
  if (!profile.knowsThreads || profile.threads.length === profile.groups.length) return null;
  const change = (text: string): void => store.go({thread: text === '' ? undefined : (Number(text) as ThreadId)});
  return (
    <select aria-label="Thread" value={selection.thread ?? ''} onChange={(event) => change(event.currentTarget.value)}>
      <option value="">all threads</option>
      {offered.map((id) => (
        <option value={id}>{threadLabel(store, id)}</option>
      ))}
    </select>
  );
}
