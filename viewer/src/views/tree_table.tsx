// The tree of calls as a treegrid: the flame graph for readers who do not see it.
import {useComputed, useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {useLayoutEffect, useRef} from 'preact/hooks';
import {domainLabels} from '../draw/palette.ts';
import {u32} from '../model/columns.ts';
import {type NodeId, parentOf, placeOf, root} from '../model/tree.ts';
import {openAtFirst, type TreeRow, treeRows} from '../model/tree_rows.ts';
import {useSurroundings} from './context.ts';
import {figures, labelOf, metricLabel, namedAt} from './describe.ts';
import {TableStrip} from './table.tsx';

export function TreeTable(): JSX.Element {
  const {store} = useSurroundings();
  const tree = store.calls;
  const first = useComputed(() => ({tree: tree.value, open: openAtFirst(tree.value, store.drawing.cursor.peek())}));
  const changed = useSignal(first.value);
  const open = changed.value.tree === tree.value ? changed.value.open : first.value.open;
  const rows = treeRows(tree.value, open);
  const at = useSignal<NodeId>(root);
  const body = useRef<HTMLTableSectionElement>(null);
  const focusWanted = useRef(false);
  useLayoutEffect(() => {
    if (!focusWanted.current) return;
    focusWanted.current = false;
    body.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });

  const set = (node: NodeId, isOpen: boolean): void => {
    const next = new Set(open);
    if (isOpen) next.add(node);
    else next.delete(node);
    changed.value = {tree: tree.value, open: next};
  };
  const moveTo = (node: NodeId | undefined): void => {
    if (node === undefined) return;
    at.value = node;
    focusWanted.current = true;
  };
  const act = (key: string, row: TreeRow, index: number): boolean => {
    switch (key) {
      case 'ArrowDown': moveTo(rows[index + 1]?.node); return true;
      case 'ArrowUp': moveTo(rows[index - 1]?.node); return true;
      case 'Home': moveTo(rows[0]?.node); return true;
      case 'End': moveTo(rows.at(-1)?.node); return true;
      case 'ArrowRight':
        if (row.isOpen) moveTo(rows[index + 1]?.node);
        else if (row.hasChildren) set(row.node, true);
        return true;
      case 'ArrowLeft':
        if (row.isOpen && row.hasChildren) set(row.node, false);
        else if (row.node !== root) moveTo(parentOf(tree.value, row.node));
        return true;
      case 'Enter': {
        const place = placeOf(tree.value, row.node);
        store.go({graph: 'icicle', zoom: place, cursor: place});
        return true;
      }
      default: return false;
    }
  };
  const current = rows.some((row) => row.node === at.value) ? at.value : root;
  return (
    <div class="table-page">
      <TableStrip />
      <table class="functions tree" role="treegrid" aria-label="Tree of calls. Right opens a row, left closes it, Enter shows it in the flame graph.">
        <thead>
          <tr>
            <th scope="col">Function</th>
            {['Total', metricLabel(store.metric.value), 'Self', 'Samples'].map((title) => <th scope="col" class="number">{title}</th>)}
            <th scope="col">Kind</th>
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row, index) => (
            <Row key={row.node} row={row} current={row.node === current}
              onToggle={() => set(row.node, !row.isOpen)}
              onKey={(event) => {
                if (event.ctrlKey || event.metaKey || event.altKey || !act(event.key, row, index)) return;
                event.preventDefault();
                event.stopPropagation();
              }} />
          ))}
        </tbody>
      </table>
    </div>
  );
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
    <tr aria-level={depth + 1} aria-posinset={row.place} aria-setsize={row.siblings}
      aria-expanded={row.hasChildren ? row.isOpen : undefined} tabIndex={current ? 0 : -1} onKeyDown={onKey} onClick={onToggle}>
      <td class="name" role="gridcell" style={{paddingLeft: `${16 + 14 * Math.min(depth, 40)}px`}}>
        <i aria-hidden="true">{row.hasChildren ? (row.isOpen ? '▾ ' : '▸ ') : '  '}</i>
        {labelOf(store, tree, row.node)}
      </td>
      <td class="number" role="gridcell">{total.share}</td>
      <td class="number" role="gridcell">{total.weight}</td>
      <td class="number" role="gridcell">{self.share}</td>
      <td class="number" role="gridcell">{total.samples.split(' ')[0]}</td>
      <td role="gridcell">{named ? domainLabels[named.fn.domain] : ''}</td>
    </tr>
  );
}
