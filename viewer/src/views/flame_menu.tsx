// What can be done with one box: behind the right mouse button, the menu key and Shift+F10.
import type {Signal} from '@preact/signals';
import type {JSX, RefObject} from 'preact';
import {useLayoutEffect, useRef} from 'preact/hooks';
import type {FunctionId} from '../model/profile.ts';
import {place} from '../model/text.ts';
import {type CallTree, type NodeId, pathTo, root} from '../model/tree.ts';
import type {Drawing, Store} from '../state/store.ts';
import {openSource, stackKeys, transformStacks} from './actions.ts';
import {useSurroundings} from './context.ts';
import {copyText} from './copy.ts';
import {labelOf, type Named, namedAt} from './describe.ts';
import type {Hover} from './flame_controller.ts';
import {moveInto} from './tooltip.tsx';

interface Props {
  readonly drawing: Drawing;
  readonly menu: Signal<Hover | undefined>;
  /** Has the focus again when the menu closes. */
  readonly owner: RefObject<HTMLElement | null>;
}

export function FlameMenu({drawing, menu, owner}: Props): JSX.Element | null {
  const {store} = useSurroundings();
  const list = useRef<HTMLUListElement>(null);
  const at = menu.value?.tree === drawing.tree.value ? menu.value : undefined;
  const named = at && namedAt(store, at.tree, at.node);
  const close = (): void => {
    menu.value = undefined;
    owner.current?.focus({preventScroll: true});
  };
  useLayoutEffect(() => {
    if (list.current && at) moveInto(list.current, at);
  });
  useLayoutEffect(() => {
    if (!at) return undefined;
    list.current?.querySelector<HTMLElement>('button')?.focus();
    const onPointer = (event: PointerEvent): void => {
      if (!list.current?.contains(event.target as Node)) menu.value = undefined;
    };
    document.addEventListener('pointerdown', onPointer);
    return () => document.removeEventListener('pointerdown', onPointer);
  }, [at, menu]);
  if (!at || !named) return null;
  return (
    <ul
      ref={list}
      class="menu"
      role="menu"
      aria-label={labelOf(store, at.tree, at.node)}
      onKeyDown={(event) => menuKey(event, close)}
      onContextMenu={(event) => event.preventDefault()}
      onFocusOut={(event) => {
        if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) menu.value = undefined;
      }}
    >
      {entriesOf(store, drawing, at, named).map(({title, key, act}) => (
        <li role="none">
          <button
            type="button"
            role="menuitem"
            tabIndex={-1}
            onClick={() => {
              close();
              act();
            }}
          >
            {title}
            {key && <kbd aria-hidden="true">{key}</kbd>}
          </button>
        </li>
      ))}
    </ul>
  );
}

interface Entry {
  readonly title: string;
  readonly key?: string;
  readonly act: () => void;
}

function entriesOf(store: Store, drawing: Drawing, {tree, node}: Hover, {location, fn}: Named): Entry[] {
  const id: FunctionId = location.function;
  return [
    {title: 'Zoom in', key: 'Enter', act: () => drawing.zoomTo(node)},
    ...stackKeys.map(({key, kind, title}) => ({title, key, act: () => transformStacks(store, kind, id)})),
    ...(fn.file === '' ? [] : [{title: 'Source', key: 's', act: () => openSource(store, id, location.line)}]),
    {title: 'Callers and callees', key: '4', act: () => store.go({page: 'flame', graph: 'sandwich', fn: id})},
    {title: 'Copy name', act: () => void copyText(labelOf(store, tree, node))},
    {title: 'Copy stack', act: () => void copyText(stackOf(store, tree, node))},
  ];
}

/** A frame in each line, the innermost first. */
export function stackOf(store: Store, tree: CallTree, node: NodeId): string {
  const path = pathTo(tree, node).filter((one) => one !== root);
  const lines = path.map((one) => {
    const named = namedAt(store, tree, one);
    const where = named ? place(named.fn, store.state.value.granularity === 'line' ? named.location.line : 0) : '';
    return where === '' ? labelOf(store, tree, one) : `${labelOf(store, tree, one)} (${where})`;
  });
  return (tree.leaf ? lines : lines.reverse()).join('\n');
}

function menuKey(event: KeyboardEvent & {readonly currentTarget: HTMLElement}, close: () => void): void {
  event.stopPropagation();
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const next: Readonly<Record<string, number>> = {
    ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1,
  };
  if (event.key === 'Escape' || event.key === 'Tab') close();
  else if (Object.hasOwn(next, event.key)) buttons.at((next[event.key] ?? 0) % buttons.length)?.focus();
  else return;
  event.preventDefault();
}
