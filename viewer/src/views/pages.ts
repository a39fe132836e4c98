// The pages of the viewer, in the order of the rail. A new page is one entry here, its name in state.ts, and one view.
import type {ComponentType} from 'preact';
import {hasTimeline} from '../model/timeline.ts';
import type {Store} from '../state/store.ts';
import type {Page} from '../state/state.ts';
import {CompareView} from './compare.tsx';
import {DiffView} from './diff.tsx';
import {FlamePage} from './flame_page.tsx';
import {KernelsView} from './kernels.tsx';
import {MpiView} from './mpi.tsx';
import {RanksView} from './ranks.tsx';
import {SourceView} from './source.tsx';
import {SummaryView} from './summary.tsx';
import {TimelineView} from './timeline.tsx';

/** Switches that the toolbar offers. */
export type Control = 'metric' | 'rank' | 'workers' | 'graph' | 'frames' | 'order' | 'against' | 'changes';

export interface PageEntry {
  readonly id: Page;
  readonly title: string;
  /** With the shift key. */
  readonly key: string;
  readonly controls: readonly Control[];
  readonly View: ComponentType;
  /** Pages about what a profile has not are not in the rail. */
  readonly isFor: (store: Store) => boolean;
}

const always = (): boolean => true;

export const pages: readonly PageEntry[] = [
  {
    id: 'summary',
    title: 'Summary',
    key: 'S',
    controls: ['metric', 'rank', 'workers'],
    View: SummaryView,
    isFor: always,
  },
  {
    id: 'diff',
    title: 'Diff',
    key: 'D',
    controls: ['changes', 'workers', 'rank', 'against'],
    View: DiffView,
    isFor: ({profile, state}) => profile.difference !== undefined || state.value.against !== undefined,
  },
  {id: 'compare', title: 'Compare', key: 'P', controls: [], View: CompareView, isFor: ({profile}) => profile.hasComparison},
  {
    id: 'flame',
    title: 'Flame graph',
    key: 'F',
    controls: ['graph', 'metric', 'frames', 'workers', 'rank', 'against'],
    View: FlamePage,
    isFor: always,
  },
  {id: 'source', title: 'Source', key: 'C', controls: ['metric', 'rank', 'workers'], View: SourceView, isFor: always},
  {
    id: 'ranks',
    title: 'Ranks',
    key: 'R',
    controls: ['metric', 'order'],
    View: RanksView,
    isFor: ({profile}) => profile.groups.length > 1,
  },
  {
    id: 'timeline',
    title: 'Timeline',
    key: 'T',
    controls: [],
    View: TimelineView,
    isFor: ({profile}) => hasTimeline(profile),
  },
  {id: 'kernels', title: 'Kernels', key: 'K', controls: ['metric', 'rank'], View: KernelsView, isFor: always},
  {id: 'mpi', title: 'MPI', key: 'M', controls: [], View: MpiView, isFor: ({profile}) => profile.calls.rows.length > 0},
];

/** The page of the state, or the first one if this profile has no such page. */
export function pageOf(store: Store): PageEntry {
  const found = pages.find((page) => page.id === store.state.value.page && page.isFor(store));
  return found ?? (pages[0] as PageEntry);
}
