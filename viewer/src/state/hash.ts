// The state as a URL fragment: only what differs from the initial state, in a fixed order, so equal states have equal
// URLs. A fragment is outside input: unknown keys and impossible values are left out.
import {type ChangeKey, changeKeys} from '../model/changes.ts';
import {type ComparedKey, comparedKeys} from '../model/comparison.ts';
import type {SortKey} from '../model/functions.ts';
import type {FunctionId, GroupId, Profile, ThreadId} from '../model/profile.ts';
import {
  type Frames,
  type Granularity,
  type Transform,
  type TransformKind,
  transformKinds,
  type Workers,
} from '../model/selection.ts';
import type {Place} from '../model/tree.ts';
import {
  colourings,
  type Colouring,
  type Graph,
  graphs,
  initialState,
  type Page,
  pageIds,
  type RankOrder,
  rankOrders,
  type State,
  type Theme,
} from './state.ts';

/** How many of each thing the profile has: indices in a URL must be smaller. */
export interface Limits {
  readonly contexts: number;
  readonly functions: number;
  readonly groups: number;
  readonly threads: number;
  readonly metrics: number;
  readonly ratios: number;
}

export function limitsOf(profile: Profile): Limits {
  return {
    contexts: profile.contexts.count,
    functions: profile.functions.length,
    groups: profile.groups.length,
    threads: profile.threads.length,
    metrics: profile.metrics.length,
    ratios: profile.ratios.length,
  };
}

interface Field {
  readonly key: string;
  /** Undefined when the state has the initial value. */
  readonly write: (state: State) => string | undefined;
  readonly read: (text: string, limits: Limits) => Partial<State>;
}

/** More than a reader undoes by hand, and few enough for a URL. */
export const mostTransforms = 50;
const deepestPlace = 2 ** 20;
const largestLine = 2 ** 31;
const mostRows = 2 ** 31;

const fields: readonly Field[] = [
  choice<Page>('view', 'page', pageIds),
  choice<Graph>('graph', 'graph', graphs),
  choice<Colouring>('colour', 'colouring', colourings),
  choice<Frames>('frames', 'frames', ['all', 'python', 'native']),
  choice<Granularity>('by', 'granularity', ['function', 'line']),
  choice<Workers>('threads', 'workers', ['joined', 'apart']),
  choice<SortKey>('sort', 'sort', ['self', 'total', 'samples', 'name']),
  choice<RankOrder>('order', 'order', rankOrders),
  choice<ChangeKey>('change', 'changeSort', changeKeys),
  choice<ComparedKey>('compare', 'comparedSort', comparedKeys),
  choice<Theme>('theme', 'theme', ['system', 'light', 'dark']),
  flag('machinery'),
  flag('asTree'),
  flag('withoutVanished'),
  flag('allChanges'),
  index(
    'metric',
    (state) => state.metric || undefined,
    (value) => ({metric: value}),
    (limits) => limits.metrics,
  ),
  index(
    'ratio',
    (state) => state.ratio || undefined,
    (value) => ({ratio: value}),
    (limits) => limits.ratios,
  ),
  index(
    'rank',
    (state) => state.group,
    (value) => ({group: value as GroupId}),
    (limits) => limits.groups,
  ),
  {
    key: 'against',
    write: ({against}) => against?.toString(),
    read: (text, limits) =>
      text === 'mean' ? {against: text} : isBelow(text, limits.groups) ? {against: Number(text) as GroupId} : {},
  },
  index(
    'thread',
    (state) => state.thread,
    (value) => ({thread: value as ThreadId}),
    (limits) => limits.threads,
  ),
  index(
    'fn',
    (state) => state.fn,
    (value) => ({fn: value as FunctionId}),
    (limits) => limits.functions,
  ),
  index(
    'line',
    (state) => state.line || undefined,
    (value) => ({line: value}),
    () => largestLine,
  ),
  index(
    'row',
    (state) => state.compared,
    (value) => ({compared: value}),
    () => mostRows,
  ),
  {
    key: 'time',
    write: ({range}) => range && `${range.begin / 1000}-${range.end / 1000}`,
    read: readRange,
  },
  {
    key: 'do',
    write: (state) => writeTransforms(state.transforms) || undefined,
    read: (text, limits) => ({transforms: readTransforms(text, limits)}),
  },
  place(
    'node',
    (state) => state.zoom,
    (zoom) => ({zoom}),
  ),
  place(
    'at',
    (state) => state.cursor,
    (cursor) => ({cursor}),
  ),
  {key: 'q', write: (state) => state.query || undefined, read: (text) => ({query: text})},
];

function choice<T extends string>(key: string, name: keyof State, values: readonly T[]): Field {
  return {
    key,
    write: (state) => (state[name] === initialState[name] ? undefined : String(state[name])),
    read: (text) => (values.includes(text as T) ? {[name]: text} : {}),
  };
}

function flag(name: 'machinery' | 'asTree' | 'withoutVanished' | 'allChanges'): Field {
  return {
    key: name,
    write: (state) => (state[name] ? '1' : undefined),
    read: (text) => (text === '1' ? {[name]: true} : {}),
  };
}

function index(
  key: string,
  get: (state: State) => number | undefined,
  make: (value: number) => Partial<State>,
  limit: (limits: Limits) => number,
): Field {
  return {
    key,
    write: (state) => get(state)?.toString(),
    read: (text, limits) => (isBelow(text, limit(limits)) ? make(Number(text)) : {}),
  };
}

const isBelow = (text: string, limit: number): boolean => /^\d{1,10}$/.test(text) && Number(text) < limit;

/** "12", or "12.3" for the context 12 followed three levels down a tree of callers. */
function place(key: string, get: (state: State) => Place, make: (value: Place) => Partial<State>): Field {
  return {
    key,
    write: (state) => {
      const [context, depth] = [get(state) % 2 ** 32, Math.floor(get(state) / 2 ** 32)];
      return context === 0 ? undefined : depth === 0 ? `${context}` : `${context}.${depth}`;
    },
    read: (text, limits) => {
      const [context = '', depth = '0', ...more] = text.split('.');
      if (more.length > 0 || !isBelow(context, limits.contexts) || !isBelow(depth, deepestPlace)) return {};
      return make((Number(context) + Number(depth) * 2 ** 32) as Place);
    },
  };
}

/** "1000-2500": microseconds, as many as a month has. */
function readRange(text: string): Partial<State> {
  const [, begin, end] = /^(\d{1,13})-(\d{1,13})$/.exec(text) ?? [];
  return Number(begin) < Number(end) ? {range: {begin: Number(begin) * 1000, end: Number(end) * 1000}} : {};
}

/** "f12.h7": focus on function 12, then hide function 7. */
function writeTransforms(transforms: readonly Transform[]): string {
  return transforms.map(({kind, function: id}) => `${kind[0]}${id}`).join('.');
}

function readTransforms(text: string, limits: Limits): Transform[] {
  return text
    .split('.')
    .slice(0, mostTransforms)
    .flatMap((step): Transform[] => {
      const kind: TransformKind | undefined = transformKinds.find((name) => name.startsWith(step[0] ?? ' '));
      const id = step.slice(1);
      return kind && isBelow(id, limits.functions) ? [{kind, function: Number(id) as FunctionId}] : [];
    });
}

export function writeHash(state: State): string {
  const pairs = fields.flatMap((field) => {
    const text = field.write(state);
    return text === undefined ? [] : [`${field.key}=${encodeURIComponent(text)}`];
  });
  return ['#v=1', ...pairs].join('&');
}

export function readHash(hash: string, limits: Limits): State {
  const found = new URLSearchParams(hash.replace(/^#/, '').replaceAll('+', '%2B'));
  return fields.reduce((state, field) => {
    const text = found.get(field.key);
    return text === null ? state : {...state, ...field.read(text, limits)};
  }, initialState);
}
