// The tree of calls as a treegrid: the flame graph for readers who do not see it.
import {useComputed, useSignal} from '@preact/signals';
import type {JSX, RefObject} from 'preact';
import {useLayoutEffect, useRef} from 'preact/hooks';
import {domainLabels} from '../draw/palette.ts';
import {u32} from '../model/columns.ts';
import {type NodeId, parentOf, placeOf, root} from '../model/tree.ts';
import {openAtFirst, type TreeRow, treeRows} from '../model/tree_rows.ts';
import type {Store} from '../state/store.ts';
import {useSurroundings} from './context.ts';
import {figures, labelOf, metricLabel, namedAt, sampleWord} from './describe.ts';
import {TableStrip} from './table.tsx';

export function TreeTable(): JSX.Element {
  const {store} = useSurroundings();
  const grid = useGrid(store);
  const {rows, current} = grid;
  return (
    <div class="table-page">
      <TableStrip />
      <table
        class="functions tree"
        role="treegrid"
        aria-label="Tree of calls. Right opens a row, left closes it, Enter shows it in the flame graph."
      >
        <thead>
          <tr>
            <th scope="col">Function</th>
            {['Total', metricLabel(store.metric.value), 'Self', sampleWord(store, 'Samples')].map((title) => (
              <th scope="col" class="number">
                {title}
              </th>
            ))}
            <th scope="col">Kind</th>
          </tr>
        </thead>
        <tbody ref={grid.body}>
          {rows.map((row, index) => (
            <Row
              key={row.node}
              row={row}
              current={row.node === current}
              onToggle={() => grid.set(row.node, !row.isOpen)}
              onKey={(event) => gridKey(store, grid, index, event)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Which rows there are, and on which one the keyboard stands. */
interface Grid {
  readonly rows: readonly TreeRow[];
  readonly current: NodeId;
  readonly body: RefObject<HTMLTableSectionElement | null>;
  readonly set: (node: NodeId, isOpen: boolean) => void;
  readonly moveTo: (node: NodeId | undefined) => void;
}

function useGrid({calls, drawing}: Store): Grid {
  const first = useComputed(() => ({tree: calls.value, open: openAtFirst(calls.value, drawing.cursor.peek())}));
  const changed = useSignal(first.value);
  const open = changed.value.tree === calls.value ? changed.value.open : first.value.open;
  const rows = treeRows(calls.value, open);
  const at = useSignal<NodeId>(root);
  const body = useRef<HTMLTableSectionElement>(null);
  const focusWanted = useRef(false);
  useLayoutEffect(() => {
    if (focusWanted.current) body.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
    focusWanted.current = false;
  });
  return {
    rows,
    current: rows.some((row) => row.node === at.value) ? at.value : root,
    body,
    set: (node, isOpen) => {
      const next = new Set(open);
      if (isOpen) next.add(node);
      else next.delete(node);
      changed.value = {tree: calls.value, open: next};
    },
    moveTo: (node) => {
      if (node === undefined) return;
      at.value = node;
      focusWanted.current = true;
    },
  };
}

function gridKey(store: Store, grid: Grid, index: number, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const {rows} = grid;
  const row = rows[index];
  const actions: Readonly<Record<string, (at: TreeRow) => void>> = {
    ArrowDown: () => grid.moveTo(rows[index + 1]?.node),
    ArrowUp: () => grid.moveTo(rows[index - 1]?.node),
    Home: () => grid.moveTo(rows[0]?.node),
    End: () => grid.moveTo(rows.at(-1)?.node),
    ArrowRight: (at) => (at.isOpen ? grid.moveTo(rows[index + 1]?.node) : grid.set(at.node, at.hasChildren)),
    ArrowLeft: (at) => (at.isOpen && at.hasChildren ? grid.set(at.node, false) : grid.moveTo(callerOf(store, at))),
    Enter: (at) => showInGraph(store, at),
  };
  const act = actions[event.key];
  if (!row || !act) return;
  act(row);
  event.preventDefault();
  event.stopPropagation();
}

function callerOf({calls}: Store, {node}: TreeRow): NodeId | undefined {
  return node === root ? undefined : parentOf(calls.value, node);
}

function showInGraph(store: Store, {node}: TreeRow): void {
  const place = placeOf(store.calls.value, node);
  store.go({graph: 'icicle', zoom: place, cursor: place});
}

interface RowProps {
  readonly row: TreeRow;
  readonly current: boolean;
  readonly onToggle: () => void;
  readonly onKey: (event: KeyboardEvent) => void;
}

function Row({row, current, onToggle, onKey}: RowProps): JSX.Element {
  const {store} = useSurroundings();
  const tree = store.calls.value;
  const {total, self} = figures(store, tree, row.node);
  const named = namedAt(store, tree, row.node);
  const depth = u32(tree.depth, row.node);
  return (
    <tr
      aria-level={depth + 1}
      aria-posinset={row.place}
      aria-setsize={row.siblings}
      aria-expanded={row.hasChildren ? row.isOpen : undefined}
      tabIndex={current ? 0 : -1}
      onKeyDown={onKey}
      onClick={onToggle}
    >
      <td class="name" role="gridcell" style={{paddingLeft: `${16 + 14 * Math.min(depth, 40)}px`}}>
        <i aria-hidden="true">{row.hasChildren ? (row.isOpen ? '▾ ' : '▸ ') : '  '}</i>
        {labelOf(store, tree, row.node)}
      </td>
      <td class="number" role="gridcell">
        {total.share}
      </td>
      <td class="number" role="gridcell">
        {total.weight}
      </td>
      <td class="number" role="gridcell">
        {self.share}
      </td>
      <td class="number" role="gridcell">
        {total.samples.split(' ')[0]}
      </td>
      <td role="gridcell">{named ? domainLabels[named.fn.domain] : ''}</td>
    </tr>
  );
}
