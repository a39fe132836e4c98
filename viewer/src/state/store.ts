// The one mutable thing: the state, kept equal to the URL, and what is computed from it. A step that a reader may want
// to take back is a history entry; small movements replace the current one.
import {computed, effect, type ReadonlySignal, signal} from '@preact/signals';
import {type Rows, rowsOf} from '../layout/flame.ts';
import {callersTree} from '../model/callers.ts';
import type {Contrast} from '../model/contrast.ts';
import {contrastOf} from '../model/contrast_choice.ts';
import {type Merged, mergeContexts} from '../model/merge.ts';
import type {Metric, Profile} from '../model/profile.ts';
import {findMatches, type Matches, type Pattern, parsePattern} from '../model/search.ts';
import {everything, type Selection} from '../model/selection.ts';
import {type RowsByNode, rowsByNode} from '../model/spread.ts';
import {type CallTree, callTree, type NodeId, nodeOf, type Place, placeOf, type ShownContrast} from '../model/tree.ts';
import {limitsOf, readHash, writeHash} from './hash.ts';
import {type Filter, filterOf} from './filter.ts';
import {type Graph, initialState, openingState, type State} from './state.ts';

/** A tree as it is drawn, and where in it the reader is. */
export interface Drawing {
  readonly tree: ReadonlySignal<CallTree>;
  readonly rows: ReadonlySignal<Rows>;
  readonly rowsByNode: ReadonlySignal<RowsByNode>;
  readonly zoom: ReadonlySignal<NodeId>;
  readonly cursor: ReadonlySignal<NodeId>;
  /** Callees stand above their callers. */
  readonly upward: ReadonlySignal<boolean>;
  /** A step, unless it goes on with one. */
  readonly zoomTo: (node: NodeId, isStep?: boolean) => void;
  readonly moveTo: (node: NodeId) => void;
}

export interface Store {
  /** What is shown: of the range of time that is chosen, else the whole. Changes with the range, so computed values read it anew. */
  readonly profile: Profile;
  /** As it was recorded, whatever the range. */
  readonly whole: Profile;
  /** Of the range that is chosen. */
  readonly filter: ReadonlySignal<Filter | undefined>;
  readonly state: ReadonlySignal<State>;
  readonly metric: ReadonlySignal<Metric>;
  /** What the state selects; changes only when the selection does. */
  readonly selection: ReadonlySignal<Selection>;
  /** Its metric, rank, thread and worker threads alone: what the views without a tree show. */
  readonly plain: ReadonlySignal<Selection>;
  /** What is selected and what it is held against, if anything is. */
  readonly contrast: ReadonlySignal<Contrast | undefined>;
  /** The contrast as the trees have it: only while boxes are coloured by it. */
  readonly shownContrast: ReadonlySignal<ShownContrast | undefined>;
  /** The tree of calls, whichever graph is shown. */
  readonly calls: ReadonlySignal<CallTree>;
  /** The tree that the flame graph page shows: of calls, or of callers. */
  readonly drawing: Drawing;
  readonly pattern: ReadonlySignal<Pattern>;
  readonly matches: ReadonlySignal<Matches | undefined>;
  /** A step: the back button undoes it. */
  readonly go: (change: Partial<State>) => void;
  /** A movement: no history entry. */
  readonly move: (change: Partial<State>) => void;
  readonly show: (graph: Graph) => void;
  /** Back to the whole profile; the page and the theme stay. */
  readonly reset: () => void;
}

export function createStore(profile: Profile): Store {
  const limits = limitsOf(profile);
  const first = openingState(profile);
  if (location.hash === '') history.replaceState(null, '', writeHash(first));
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

  const range = computed(() => state.value.range);
  const filter = computed(() => filterOf(profile, range.value));
  const shown = computed(() => filter.value?.part?.profile ?? profile);
  const derived = derive(profile, shown, state, go, move);
  return {
    get profile() {
      return shown.value;
    },
    whole: profile,
    filter,
    state,
    ...derived,
    go,
    move,
    show: (graph) =>
      go({page: 'flame', graph, ...(isOfCallers(graph) === isOfCallers(state.value.graph) ? {} : start)}),
    reset: () =>
      go({...initialState, colouring: first.colouring, page: state.value.page, graph: state.value.graph, theme: state.value.theme}),
  };
}

/** Places in a tree of calls are none in a tree of callers. */
const start = {zoom: 0 as Place, cursor: 0 as Place};
const isOfCallers = (graph: Graph): boolean => graph === 'callers';

type Part = <K extends keyof State>(key: K) => ReadonlySignal<State[K]>;

function derive(
  whole: Profile,
  profile: ReadonlySignal<Profile>,
  state: ReadonlySignal<State>,
  go: Store['go'],
  move: Store['move'],
): Omit<Store, 'profile' | 'whole' | 'filter' | 'state' | 'go' | 'move' | 'show' | 'reset'> {
  // One signal for each part, so that a movement of the cursor does not build the tree anew.
  const part: Part = (key) => computed(() => state.value[key]);
  const selection = selectionOf(part, profile);
  const ofCallers = computed(() => isOfCallers(state.value.graph));
  const against = contrastSignals(profile, part, selection);
  const merged = mergedOf(part, whole);
  const calls = computed(() => callTree(profile.value, selection.value, merged.value, against.shownContrast.value));
  const tree = computed(() =>
    ofCallers.value ? callersTree(profile.value, calls.value, selection.value.granularity) : calls.value,
  );
  const [zoom, cursor, query, graph] = [part('zoom'), part('cursor'), part('query'), part('graph')];
  const pattern = computed(() => parsePattern(query.value));
  const place = (node: NodeId): Place => placeOf(tree.value, node);
  return {
    metric: computed(() => profile.value.metrics[state.value.metric] ?? profile.value.metrics[0]),
    selection,
    ...against,
    plain: plainSelection(part, profile),
    calls,
    pattern,
    drawing: {
      ...layoutOf(tree),
      zoom: computed(() => nodeOf(tree.value, zoom.value)),
      cursor: computed(() => nodeOf(tree.value, cursor.value)),
      upward: computed(() => graph.value === 'flame'),
      zoomTo: (node, isStep = true) => (isStep ? go : move)({zoom: place(node), cursor: place(node)}),
      moveTo: (node) => move({cursor: place(node)}),
    },
    matches: computed(() => {
      const found = pattern.value;
      return found.kind === 'regexp' ? findMatches(profile.value, tree.value, found.regexp) : undefined;
    }),
  };
}

function selectionOf(part: Part, profile: ReadonlySignal<Profile>): ReadonlySignal<Selection> {
  const [plain, frames] = [plainSelection(part, profile), part('frames')];
  const [granularity, machinery, transforms] = [part('granularity'), part('machinery'), part('transforms')];
  return computed(() => ({
    ...plain.value,
    frames: frames.value,
    granularity: granularity.value,
    machinery: machinery.value,
    transforms: transforms.value,
  }));
}

function contrastSignals(
  profile: ReadonlySignal<Profile>,
  part: Part,
  selection: ReadonlySignal<Selection>,
): Pick<Store, 'contrast' | 'shownContrast'> {
  const [wanted, against, withoutVanished] = [part('colouring'), part('against'), part('withoutVanished')];
  const contrast = computed(() => contrastOf(profile.value, selection.value, against.value));
  const shownContrast = computed(() =>
    contrast.value && wanted.value === 'difference'
      ? {contrast: contrast.value, keepsVanished: !withoutVanished.value}
      : undefined,
  );
  return {contrast, shownContrast};
}

/** Metrics and threads that the profile has not, as of a range of time, are not selected. */
function plainSelection(part: Part, profile: ReadonlySignal<Profile>): ReadonlySignal<Selection> {
  const [metric, group, thread, workers] = [part('metric'), part('group'), part('thread'), part('workers')];
  return computed(() => ({
    ...everything,
    metric: profile.value.metrics[metric.value] ? metric.value : 0,
    group: group.value,
    thread: profile.value.knowsThreads ? thread.value : undefined,
    workers: workers.value,
  }));
}

/** Contexts merged into nodes, which a new range, rank, thread or metric does not change. */
function mergedOf(part: Part, whole: Profile): ReadonlySignal<Merged> {
  const [frames, granularity, workers] = [part('frames'), part('granularity'), part('workers')];
  const [machinery, transforms] = [part('machinery'), part('transforms')];
  return computed(() =>
    mergeContexts(whole, {
      ...everything,
      frames: frames.value,
      granularity: granularity.value,
      workers: workers.value,
      machinery: machinery.value,
      transforms: transforms.value,
    }),
  );
}

export function layoutOf(tree: ReadonlySignal<CallTree>): Pick<Drawing, 'tree' | 'rows' | 'rowsByNode'> {
  return {tree, rows: computed(() => rowsOf(tree.value)), rowsByNode: computed(() => rowsByNode(tree.value))};
}
