// The rows of a tree of calls in which some nodes are open.
import {f64, u32} from './columns.ts';
import {type CallTree, firstChild, nextSibling, type NodeId, parentOf, root} from './tree.ts';

export interface TreeRow {
  readonly node: NodeId;
  readonly isOpen: boolean;
  readonly hasChildren: boolean;
  /** Its place among its siblings, from 1, and how many there are. */
  readonly place: number;
  readonly siblings: number;
}

/** Children of one node that are shown; the heaviest come first. */
export const mostChildren = 100;

export function treeRows(tree: CallTree, open: ReadonlySet<NodeId>): TreeRow[] {
  const rows: TreeRow[] = [];
  const pending: TreeRow[] = [rowOf(tree, open, root, 1, 1)];
  for (let row = pending.pop(); row; row = pending.pop()) {
    rows.push(row);
    if (row.isOpen) pending.push(...childRows(tree, open, row.node).reverse());
  }
  return rows;
}

function childRows(tree: CallTree, open: ReadonlySet<NodeId>, node: NodeId): TreeRow[] {
  const children: NodeId[] = [];
  let child = firstChild(tree, node);
  for (; child !== undefined && children.length < mostChildren; child = nextSibling(tree, child)) children.push(child);
  return children.map((id, i) => rowOf(tree, open, id, i + 1, children.length));
}

function rowOf(tree: CallTree, open: ReadonlySet<NodeId>, node: NodeId, place: number, siblings: number): TreeRow {
  return {node, isOpen: open.has(node), hasChildren: firstChild(tree, node) !== undefined, place, siblings};
}

/** What is open at first: the way down the heaviest callees, as long as they have half of their caller, and to a node. */
export function openAtFirst(tree: CallTree, towards: NodeId): Set<NodeId> {
  const open = new Set<NodeId>([root]);
  let child = firstChild(tree, root);
  for (
    let node: NodeId = root;
    child !== undefined && f64(tree.total, child) >= f64(tree.total, node) / 2 && open.size < 30;
  ) {
    node = child;
    open.add(node);
    child = firstChild(tree, node);
  }
  for (let node = towards; u32(tree.depth, node) > 0;) {
    node = parentOf(tree, node);
    open.add(node);
  }
  return open;
}
