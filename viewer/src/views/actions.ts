// What can be done with the function where the reader stands.
import type {FunctionId} from '../model/profile.ts';
import type {TransformKind} from '../model/selection.ts';
import type {Place} from '../model/tree.ts';
import {mostTransforms} from '../state/hash.ts';
import type {Store} from '../state/store.ts';
import {namedAt} from './describe.ts';

export interface StackAction {
  readonly key: string;
  readonly kind: TransformKind;
  readonly title: string;
  readonly does: string;
}

export const stackKeys: readonly StackAction[] = [
  {key: 'f', kind: 'focus', title: 'Focus', does: 'only what it calls, wherever it was called'},
  {key: 'h', kind: 'hide', title: 'Hide', does: 'hide it: its own time is its callers’'},
  {key: 'd', kind: 'drop', title: 'Drop', does: 'leave out all stacks with it'},
  {key: 'c', kind: 'recursion', title: 'Join recursion', does: 'show it once where it calls itself'},
  {key: 'L', kind: 'library', title: 'Join library', does: 'show calls within its library as one'},
];

/** The function under the cursor, undefined at the root. */
export function functionAtCursor(store: Store): FunctionId | undefined {
  return namedAt(store, store.drawing.tree.value, store.drawing.cursor.value)?.location.function;
}

export function transformAtCursor(store: Store, kind: TransformKind): void {
  const id = functionAtCursor(store);
  if (store.state.value.page === 'flame' && id !== undefined) transformStacks(store, kind, id);
}

export function transformStacks(store: Store, kind: TransformKind, id: FunctionId): void {
  const {transforms} = store.state.value;
  if (transforms.length >= mostTransforms) return;
  const added = {kind, function: id};
  // What is focused on is the new root; else the reader stays, as far as the place is still shown.
  const place = kind === 'focus' || kind === 'drop' ? {zoom: 0 as Place, cursor: 0 as Place} : {};
  store.go({transforms: [...transforms, added], ...place});
}

/** Without an argument the last one; else all from the one with that index on. */
export function undoTransform(store: Store, from = store.state.value.transforms.length - 1): void {
  if (from >= 0) store.go({transforms: store.state.value.transforms.slice(0, from)});
}

export function showSandwich(store: Store): void {
  const id = store.state.value.page === 'flame' ? functionAtCursor(store) : undefined;
  store.go({page: 'flame', graph: 'sandwich', fn: id ?? store.state.value.fn});
}

export function showSource(store: Store): void {
  const named = namedAt(store, store.drawing.tree.value, store.drawing.cursor.value);
  if (store.state.value.page === 'flame' && named) openSource(store, named.location.function, named.location.line);
}

export function openSource(store: Store, id: FunctionId, line: number): void {
  store.go({page: 'source', fn: id, line: line > 0 ? line : (store.profile.functions[id]?.firstLine ?? 0)});
}

/** In the flame graph, zoomed to a context. */
export function openInGraph(store: Store, context: number, id: FunctionId): void {
  store.go({page: 'flame', graph: 'icicle', transforms: [], zoom: context as Place, cursor: context as Place, fn: id});
}
