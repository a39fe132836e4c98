// The pages of the viewer, in the order of their buttons. A new page is one entry here and one view.
import type {ComponentType} from 'preact';
import type {Page} from '../state/state.ts';
import {FlameView} from './flame.tsx';
import {TableView} from './table.tsx';

export interface PageEntry {
  readonly id: Page;
  readonly title: string;
  readonly View: ComponentType;
}

export const pages: readonly PageEntry[] = [
  {id: 'flame', title: 'Flame graph', View: FlameView},
  {id: 'table', title: 'Table', View: TableView},
];
