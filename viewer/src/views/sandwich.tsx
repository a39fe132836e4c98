// One function between its callers, above, and what it calls, below.
import {computed, type ReadonlySignal, signal} from '@preact/signals';
import type {JSX} from 'preact';
import {useMemo} from 'preact/hooks';
import {callersTree} from '../model/callers.ts';
import {f64} from '../model/columns.ts';
import {functionRows, sortRows} from '../model/functions.ts';
import type {FunctionId} from '../model/profile.ts';
import {percent, visible} from '../model/text.ts';
import {type CallTree, callTree, type NodeId, root} from '../model/tree.ts';
import {type Drawing, layoutOf, type Store} from '../state/store.ts';
import {useSurroundings} from './context.ts';
import {ratio} from './describe.ts';
import {FlameCanvas} from './flame.tsx';

const listed = 200;

export function SandwichView(): JSX.Element {
  const {store} = useSurroundings();
  const {fn, callers, callees} = useMemo(() => sandwichOf(store), [store]);
  const name = visible(store.profile.functions[fn.value ?? -1]?.name ?? '');
  return (
    <div class="sandwich">
      <Functions chosen={fn} />
      <div class="halves">
        <h2>Callers of {name}</h2>
        <FlameCanvas drawing={callers} takesKeys={false} label="Callers" />
        <h2>What {name} calls</h2>
        <FlameCanvas drawing={callees} takesKeys label="Callees" />
      </div>
    </div>
  );
}

type Chosen = ReadonlySignal<FunctionId | undefined>;

function sandwichOf(store: Store): {fn: Chosen; callers: Drawing; callees: Drawing} {
  const {selection} = store;
  const heaviest = computed(() => rowsOf(store)[0]?.id);
  const fn = computed(() => store.state.value.fn ?? heaviest.value);
  const callers = computed(() =>
    callersTree(store.profile, store.calls.value, selection.value.granularity, fn.value ?? (-1 as FunctionId)),
  );
  const callees = computed(() => {
    const focus = fn.value === undefined ? [] : [{kind: 'focus', function: fn.value} as const];
    const transforms = [...selection.value.transforms, ...focus];
    return callTree(store.profile, {...selection.value, transforms}, undefined, store.shownContrast.value);
  });
  return {fn, callers: localDrawing(callers, true), callees: localDrawing(callees, false)};
}

function rowsOf(store: Store): {readonly id: FunctionId; readonly self: number}[] {
  const {profile} = store;
  const rows = functionRows(profile, store.calls.value, 'function');
  return sortRows(rows, 'self', () => '').map((row) => ({
    id: profile.locations[row.location]?.function as FunctionId,
    self: row.self,
  }));
}

/** Where the reader is in such a tree is no part of the URL. */
function localDrawing(tree: ReadonlySignal<CallTree>, upward: boolean): Drawing {
  const at = signal({tree: undefined as CallTree | undefined, zoom: root, cursor: root});
  const here = (): {zoom: NodeId; cursor: NodeId} =>
    at.value.tree === tree.value ? at.value : {zoom: root, cursor: root};
  return {
    ...layoutOf(tree),
    zoom: computed(() => here().zoom),
    cursor: computed(() => here().cursor),
    upward: signal(upward),
    zoomTo: (node) => (at.value = {tree: tree.value, zoom: node, cursor: node}),
    moveTo: (node) => (at.value = {tree: tree.value, zoom: here().zoom, cursor: node}),
  };
}

function Functions({chosen}: {chosen: Chosen}): JSX.Element {
  const {store} = useSurroundings();
  const whole = f64(store.calls.value.total, root);
  return (
    <ul class="function-list" aria-label="Functions by own time">
      {rowsOf(store)
        .slice(0, listed)
        .map(({id, self}) => (
          <li>
            <button type="button" aria-pressed={chosen.value === id} onClick={() => store.go({fn: id})}>
              <span>{percent(ratio(self, whole))}</span> {visible(store.profile.functions[id]?.name ?? '')}
            </button>
          </li>
        ))}
    </ul>
  );
}
