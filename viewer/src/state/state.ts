// Everything the page shows follows from the profile and this record, which also stands in the URL.
import type {ChangeKey} from '../model/changes.ts';
import type {ComparedKey} from '../model/comparison.ts';
import type {Against} from '../model/contrast_choice.ts';
import type {SortKey} from '../model/functions.ts';
import type {FunctionId, GroupId, Profile} from '../model/profile.ts';
import {everything, type Selection} from '../model/selection.ts';
import type {TimeRange} from '../model/timeline.ts';
import type {Place} from '../model/tree.ts';

export const pageIds = ['summary', 'diff', 'compare', 'flame', 'source', 'ranks', 'timeline', 'kernels', 'mpi'] as const;
export type Page = (typeof pageIds)[number];
/** How the flame graph page shows the tree, in the order of its keys 1 to 5. */
export const graphs = ['icicle', 'flame', 'callers', 'sandwich', 'table'] as const;
export type Graph = (typeof graphs)[number];
export const colourings = ['domain', 'module', 'heat', 'imbalance', 'ratio', 'difference'] as const;
export type Colouring = (typeof colourings)[number];
/** How the ranks page orders the ranks of its heat map. */
export const rankOrders = ['rank', 'value', 'host'] as const;
export type RankOrder = (typeof rankOrders)[number];
export type Theme = 'system' | 'light' | 'dark';

export interface State extends Selection {
  readonly page: Page;
  readonly graph: Graph;
  readonly colouring: Colouring;
  /** Index of the profile's ratio that colours show. */
  readonly ratio: number;
  /** The table as a tree of calls, not as a list. */
  readonly asTree: boolean;
  /** The node whose subtree fills the width; 0 is the root. */
  readonly zoom: Place;
  /** Where the keyboard stands; 0 is the root. */
  readonly cursor: Place;
  readonly query: string;
  readonly sort: SortKey;
  /** The function that the source, ranks and sandwich views are about. */
  readonly fn: FunctionId | undefined;
  /** A line of its file, 0: none. */
  readonly line: number;
  readonly order: RankOrder;
  /** What the chosen rank is held against. */
  readonly against: Against | undefined;
  /** Of a difference: leave out what only the base has. */
  readonly withoutVanished: boolean;
  /** Of a difference: list also what is within chance, or small. */
  readonly allChanges: boolean;
  readonly changeSort: ChangeKey;
  /** The function of the comparison that is opened, by its place there. */
  readonly compared: number | undefined;
  readonly comparedSort: ComparedKey;
  /** Of the timeline, in whole microseconds; undefined is the whole run. */
  readonly range: TimeRange | undefined;
  readonly theme: Theme;
}

export const initialState: State = {
  ...everything,
  page: 'summary',
  graph: 'icicle',
  colouring: 'domain',
  ratio: 0,
  asTree: false,
  zoom: 0 as Place,
  cursor: 0 as Place,
  query: '',
  sort: 'self',
  fn: undefined,
  line: 0,
  order: 'rank',
  against: undefined,
  withoutVanished: false,
  allChanges: false,
  changeSort: 'delta',
  compared: undefined,
  comparedSort: 'larger',
  range: undefined,
  theme: 'system',
};

type Openings = Pick<Profile, 'opening' | 'groups' | 'metrics' | 'difference' | 'hasComparison'>;

/**
 * Where the page opens without an address: with the rank and the metric for which it was written, as far as it has them;
 * that of two runs with what changed, one beside a tracer with that.
 */
export function openingState({opening, groups, metrics, difference, hasComparison}: Openings): State {
  const group = groups.findIndex(({rank}) => rank >= 0 && rank === opening?.rank);
  const metric = metrics.findIndex(({name}) => name === opening?.metric);
  const chosen = {...initialState, group: group < 0 ? undefined : (group as GroupId), metric: Math.max(0, metric)};
  if (hasComparison) return {...chosen, page: 'compare'};
  return difference ? {...chosen, page: 'diff', colouring: 'difference'} : chosen;
}
