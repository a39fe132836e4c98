// The state as a URL fragment: only what differs from the initial state, in a fixed order, so equal states have equal
// URLs. A fragment is outside input: unknown keys and impossible values are left out.
import type {SortKey} from '../model/functions.ts';
import type {ContextId, GroupId, Profile, ThreadId} from '../model/profile.ts';
import type {Frames, Granularity, Workers} from '../model/selection.ts';
import {initialState, type Orientation, type Page, type State, type Theme} from './state.ts';

/** How many of each thing the profile has: indices in a URL must be smaller. */
export interface Limits {
  readonly contexts: number;
  readonly groups: number;
  readonly threads: number;
}

export function limitsOf(profile: Profile): Limits {
  return {contexts: profile.contexts.count, groups: profile.groups.length, threads: profile.threads.length};
}

interface Field {
  readonly key: string;
  /** Undefined when the state has the initial value. */
  readonly write: (state: State) => string | undefined;
  readonly read: (text: string, limits: Limits) => Partial<State>;
}

const fields: readonly Field[] = [
  choice<Page>('view', 'page', ['flame', 'table']),
  choice<Orientation>('direction', 'orientation', ['icicle', 'flame']),
  choice<Frames>('frames', 'frames', ['all', 'python', 'native']),
  choice<Granularity>('by', 'granularity', ['function', 'line']),
  choice<Workers>('threads', 'workers', ['joined', 'apart']),
  choice<SortKey>('sort', 'sort', ['self', 'total', 'samples', 'name']),
  choice<Theme>('theme', 'theme', ['system', 'light', 'dark']),
  {
    key: 'machinery',
    write: (state) => (state.machinery ? '1' : undefined),
    read: (text) => (text === '1' ? {machinery: true} : {}),
  },
  index('rank', (state) => state.group, (value) => ({group: value as GroupId}), (limits) => limits.groups),
  index('thread', (state) => state.thread, (value) => ({thread: value as ThreadId}), (limits) => limits.threads),
  index('node', (state) => state.zoom || undefined, (value) => ({zoom: value as ContextId}), (limits) => limits.contexts),
  index('at', (state) => state.cursor || undefined, (value) => ({cursor: value as ContextId}), (limits) => limits.contexts),
  {key: 'q', write: (state) => state.query || undefined, read: (text) => ({query: text})},
];

function choice<T extends string>(key: string, name: keyof State, values: readonly T[]): Field {
  return {
    key,
    write: (state) => (state[name] === initialState[name] ? undefined : String(state[name])),
    read: (text) => (values.includes(text as T) ? {[name]: text} : {}),
  };
}

function index(
  key: string, get: (state: State) => number | undefined, make: (value: number) => Partial<State>,
  limit: (limits: Limits) => number,
): Field {
  return {
    key,
    write: (state) => get(state)?.toString(),
    read: (text, limits) => (/^\d{1,10}$/.test(text) && Number(text) < limit(limits) ? make(Number(text)) : {}),
  };
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
