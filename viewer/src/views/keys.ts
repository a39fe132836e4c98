// Keys that work everywhere but in text fields. The help overlay is printed from this table.
import type {GroupId} from '../model/profile.ts';
import type {State} from '../state/state.ts';
import type {Store} from '../state/store.ts';
import {showSandwich, showSource, stackKeys, transformAtCursor, undoTransform} from './actions.ts';
import {choiceOf, offeredChoices} from './colouring.ts';
import {type PageEntry, pages} from './pages.ts';
import {searchId, stepMatch} from './search.tsx';
import {nextTheme} from './theme.ts';

export interface Key {
  readonly keys: readonly string[];
  readonly does: string;
  readonly act?: (store: Store, key: string) => void;
}

export interface KeyGroup {
  readonly title: string;
  readonly keys: readonly Key[];
}

const open = (page: PageEntry): Key => ({keys: [page.key], does: `page ${page.title}`, act: (store) => openPage(store, page)});

/** Pages that this profile has not stay closed. */
function openPage(store: Store, page: PageEntry): void {
  if (page.isFor(store)) store.go({page: page.id});
}

export const keyGroups: readonly KeyGroup[] = [
  {title: 'Pages', keys: pages.map(open)},
  {
    title: 'Move in the flame graph',
    keys: [
      {keys: ['↓', '↑'], does: 'callee, caller (the other way round in the flame direction)'},
      {keys: ['←', '→'], does: 'neighbour with the same caller'},
      {keys: ['Enter'], does: 'zoom in; so does a click'},
      {keys: ['Esc', 'Backspace'], does: 'zoom out by one step'},
      {keys: ['Shift+F10', 'Menu'], does: 'what can be done with a box; so does the right mouse button'},
      {keys: ['r'], does: 'reset to the whole profile', act: (store) => store.reset()},
    ],
  },
  {
    title: 'Change the stacks (of the function where the keyboard stands)',
    keys: [
      ...stackKeys.map(({key, does, kind}) => ({keys: [key], does, act: (store: Store) => transformAtCursor(store, kind)})),
      {keys: ['u'], does: 'undo the last change', act: (store) => undoTransform(store)},
      {keys: ['s'], does: 'its source', act: (store) => showSource(store)},
    ],
  },
  {
    title: 'On the timeline',
    keys: [
      {keys: ['←', '→', '↑', '↓'], does: 'earlier, later, another rank; Page up and down go further'},
      {keys: ['Shift+←', 'Shift+→'], does: 'choose a range of time; so does dragging'},
      {keys: ['+', '-'], does: 'show the chosen range, or half of the time; twice the time'},
      {keys: ['Esc'], does: 'the whole run'},
      {keys: ['Enter'], does: 'flame graph of the rank; so does a click'},
    ],
  },
  {
    title: 'Search',
    keys: [
      {keys: ['/'], does: 'search by regular expression', act: () => document.getElementById(searchId)?.focus()},
      {keys: ['n'], does: 'next match, the heaviest first', act: (store) => stepMatch(store, 1)},
      {keys: ['N'], does: 'previous match', act: (store) => stepMatch(store, -1)},
    ],
  },
  {
    title: 'Choose what is shown',
    keys: [
      {keys: ['1'], does: 'flame graph from the top down', act: (store) => store.show('icicle')},
      {keys: ['2'], does: 'flame graph from the bottom up', act: (store) => store.show('flame')},
      {keys: ['3'], does: 'who called what works: the graph upside down', act: (store) => store.show('callers')},
      {keys: ['4'], does: 'callers and callees of one function', act: (store) => showSandwich(store)},
      {keys: ['5'], does: 'table of functions', act: (store) => store.show('table')},
      {keys: ['b'], does: 'next way to colour: kind, library, own time, imbalance, difference, ratios of counters', act: (store) => store.go(nextChoice(store))},
      {keys: ['l'], does: 'by function or by line', act: (store) => store.go(otherGranularity(store.state.value))},
      {keys: ['p'], does: 'all, Python or native frames', act: (store) => store.go(nextFrames(store.state.value))},
      {keys: ['w'], does: 'threads without Python below the line that they work for, or apart', act: (store) => store.go(otherWorkers(store.state.value))},
      {keys: ['m'], does: "the frames of the interpreter and of bindings", act: (store) => store.go({machinery: !store.state.value.machinery})},
      {keys: ['[', ']'], does: 'previous, next rank', act: (store, key) => store.go(nextGroup(store, key === ']' ? 1 : -1))},
      {keys: ['t'], does: "light, dark or the system's theme", act: (store) => store.move(nextTheme(store))},
    ],
  },
];

function nextChoice(store: Store): Partial<State> {
  const [offered, chosen] = [offeredChoices(store), choiceOf(store)];
  const at = offered.findIndex((one) => one.colouring === chosen.colouring && one.ratio === chosen.ratio);
  return offered[(at + 1) % offered.length] ?? {};
}

function otherGranularity(state: State): Partial<State> {
  return {granularity: state.granularity === 'function' ? 'line' : 'function'};
}

function otherWorkers(state: State): Partial<State> {
  return {workers: state.workers === 'joined' ? 'apart' : 'joined'};
}

function nextFrames(state: State): Partial<State> {
  const next = {all: 'python', python: 'native', native: 'all'} as const;
  return {frames: next[state.frames]};
}

/** All ranks come before the first and after the last. */
function nextGroup({profile, state}: Store, step: 1 | -1): Partial<State> {
  const places = profile.groups.length + 1;
  const place = ((state.value.group ?? -1) + 1 + step + places) % places;
  return {group: place === 0 ? undefined : ((place - 1) as GroupId), thread: undefined};
}

const byKey = new Map(keyGroups.flatMap((group) => group.keys.flatMap((key) => key.keys.map((name) => [name, key] as const))));

/** True if the key did something. */
export function handleKey(store: Store, event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return false;
  const act = byKey.get(event.key)?.act;
  act?.(store, event.key);
  return act !== undefined;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}
