// The one mutable thing: the state, kept equal to the URL, and what is computed from it. A step that a reader may want
// to take back is a history entry; small movements replace the current one.
import {computed, effect, type ReadonlySignal, signal} from '@preact/signals';
import {type Rows, rowsOf} from '../layout/flame.ts';
import type {ContextId, Profile} from '../model/profile.ts';
import {findMatches, type Matches, type Pattern, parsePattern} from '../model/search.ts';
import {type RowsByNode, rowsByNode} from '../model/spread.ts';
import {type CallTree, callTree, contextOf, type NodeId, nodeOf} from '../model/tree.ts';
import {limitsOf, readHash, writeHash} from './hash.ts';
import {initialState, type State} from './state.ts';

export interface Store {
  readonly profile: Profile;
  readonly state: ReadonlySignal<State>;
  readonly tree: ReadonlySignal<CallTree>;
  readonly rows: ReadonlySignal<Rows>;
  readonly zoom: ReadonlySignal<NodeId>;
  readonly cursor: ReadonlySignal<NodeId>;
  readonly pattern: ReadonlySignal<Pattern>;
  readonly matches: ReadonlySignal<Matches | undefined>;
  readonly rowsByNode: ReadonlySignal<RowsByNode>;
  /** A step: the back button undoes it. */
  readonly go: (change: Partial<State>) => void;
  /** A movement: no history entry. */
  readonly move: (change: Partial<State>) => void;
  readonly zoomTo: (node: NodeId) => void;
  readonly moveTo: (node: NodeId) => void;
  /** Back to the whole profile; the page and the theme stay. */
  readonly reset: () => void;
}

export function createStore(profile: Profile): Store {
  const limits = limitsOf(profile);
  const state = signal(readHash(location.hash, limits));
  addEventListener('popstate', () => (state.value = readHash(location.hash, limits)));
  effect(() => void (document.documentElement.dataset['theme'] = state.value.theme));

  const change = (next: State, enter: (url: string) => void): void => {
    const url = writeHash(next);
    if (url !== writeHash(state.value)) enter(url);
    state.value = next;
  };
  const go = (patch: Partial<State>): void =>
    change({...state.value, ...patch}, (url) => history.pushState(null, '', url));
  const move = (patch: Partial<State>): void =>
    change({...state.value, ...patch}, (url) => history.replaceState(null, '', url));

  const derived = derive(profile, state);
  const context = (node: NodeId): ContextId => contextOf(derived.tree.value, node);
  return {
    profile,
    state,
    ...derived,
    go,
    move,
    zoomTo: (node) => go({zoom: context(node), cursor: context(node)}),
    moveTo: (node) => move({cursor: context(node)}),
    reset: () => go({...initialState, page: state.value.page, theme: state.value.theme}),
  };
}

type Derived = Pick<Store, 'tree' | 'rows' | 'zoom' | 'cursor' | 'pattern' | 'matches' | 'rowsByNode'>;

function derive(profile: Profile, state: ReadonlySignal<State>): Derived {
  // One signal for each part, so that a movement of the cursor does not build the tree anew.
  const part = <K extends keyof State>(key: K): ReadonlySignal<State[K]> => computed(() => state.value[key]);
  const [group, thread, frames] = [part('group'), part('thread'), part('frames')];
  const [granularity, workers, machinery] = [part('granularity'), part('workers'), part('machinery')];
  const [zoom, cursor, query] = [part('zoom'), part('cursor'), part('query')];
  const tree = computed(() =>
    callTree(profile, {
      group: group.value,
      thread: thread.value,
      frames: frames.value,
      granularity: granularity.value,
      workers: workers.value,
      machinery: machinery.value,
    }),
  );
  const pattern = computed(() => parsePattern(query.value));
  return {
    tree,
    pattern,
    rows: computed(() => rowsOf(tree.value)),
    zoom: computed(() => nodeOf(tree.value, zoom.value)),
    cursor: computed(() => nodeOf(tree.value, cursor.value)),
    matches: computed(() => {
      const found = pattern.value;
      return found.kind === 'regexp' ? findMatches(profile, tree.value, found.regexp) : undefined;
    }),
    rowsByNode: computed(() => rowsByNode(profile, tree.value)),
  };
}
