// What the colour of a box says: which kind of code, which library, how much of the time is its own, how unlike the ranks,
// a ratio of counters, or how it differs from another run or rank.
import {differenceFill} from '../draw/difference.ts';
import {fillOf, heatOf, moduleFill, type Palette} from '../draw/palette.ts';
import {f64} from '../model/columns.ts';
import type {SourceFunction} from '../model/profile.ts';
import {spreadOf} from '../model/spread.ts';
import {type NodeRatios, nodeRatios, placeInScale} from '../model/node_ratios.ts';
import {visible} from '../model/text.ts';
import {type CallTree, type NodeId, root} from '../model/tree.ts';
import type {Colouring, State} from '../state/state.ts';
import type {Drawing, Store} from '../state/store.ts';
import {changeAt} from './change_text.ts';
import {ratio} from './describe.ts';

/** A colouring, and of which ratio. */
export type Choice = Pick<State, 'colouring' | 'ratio'>;

/** Those that this profile has, in order. */
export function offeredChoices({profile, contrast}: Store): readonly Choice[] {
  const imbalance = profile.groups.length > 1 ? (['imbalance'] as const) : [];
  const difference = contrast.value ? (['difference'] as const) : [];
  const plain = (['domain', 'module', 'heat', ...imbalance, ...difference] as const).map((colouring) => ({colouring, ratio: 0}));
  return [...plain, ...profile.ratios.map((_, ratio) => ({colouring: 'ratio', ratio}) as const)];
}

/** What a profile has not, as counters in a range of time or another run, gives way to the kind of code. */
export function choiceOf(store: Store): Choice {
  const {colouring, ratio} = store.state.value;
  return offeredChoices(store).find((one) => one.colouring === colouring && one.ratio === ratio) ?? {colouring: 'domain', ratio: 0};
}

export const isOfNode = (colouring: Colouring): boolean => !['domain', 'module'].includes(colouring);

export function fillFor(store: Store, drawing: Drawing, palette: Palette, node: NodeId, fn: SourceFunction): string {
  switch (choiceOf(store).colouring) {
    case 'module':
      return moduleFill(palette, fn);
    case 'heat':
      return heatOf(palette, Math.sqrt(ratio(f64(drawing.tree.value.self, node), f64(drawing.tree.value.total, root))));
    case 'imbalance':
      return heatOf(palette, unlikeness(store, drawing, node));
    case 'ratio':
      return ratioFill(store, drawing.tree.value, palette, node);
    case 'difference': {
      const change = changeAt(drawing.tree.value, node, store.contrast.value);
      return change ? differenceFill(palette, change) : palette.root;
    }
    case 'domain':
      return fillOf(palette, fn);
  }
}

function ratioFill(store: Store, tree: CallTree, palette: Palette, node: NodeId): string {
  const found = ratiosOf(store, tree);
  const place = found && placeInScale(found, node);
  return place === undefined ? palette.root : heatOf(palette, place);
}

const known = new WeakMap<CallTree, Map<number, NodeRatios>>();

/** Of the ratio that colours show; nothing where they show none. */
export function ratiosOf(store: Store, tree: CallTree): NodeRatios | undefined {
  const {colouring, ratio: id} = choiceOf(store);
  const ratio = store.profile.ratios[id];
  if (colouring !== 'ratio' || !ratio) return undefined;
  const ofTree = known.get(tree) ?? new Map<number, NodeRatios>();
  known.set(tree, ofTree);
  const found = ofTree.get(id) ?? nodeRatios(store.profile, store.selection.value, tree, ratio);
  ofTree.set(id, found);
  return found;
}

/** "ipc 1.50 instructions/cycle", of the ratio that colours show. */
export function ratioText(store: Store, tree: CallTree, node: NodeId): string {
  const ratio = store.profile.ratios[choiceOf(store).ratio];
  const value = ratiosOf(store, tree)?.values[node];
  if (!ratio || value === undefined) return '';
  return Number.isNaN(value) ? `${visible(ratio.name)}: not counted` : `${visible(ratio.name)} ${value.toPrecision(3)} ${visible(ratio.unit)}`;
}

/** 0 where all ranks take the same time, 1 where the slowest takes twice the mean or more. */
function unlikeness({profile}: Store, drawing: Drawing, node: NodeId): number {
  if (profile.groups.length < 2) return 0;
  const {weights, most, mean} = spreadOf(profile, drawing.tree.value, drawing.rowsByNode.value, node);
  return mean > 0 ? Math.min(1, f64(weights, most) / mean - 1) : 0;
}
