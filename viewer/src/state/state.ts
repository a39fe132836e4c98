// Everything the page shows follows from the profile and this record, which also stands in the URL.
import type {SortKey} from '../model/functions.ts';
import type {ContextId} from '../model/profile.ts';
import type {Selection} from '../model/selection.ts';

export type Page = 'flame' | 'table';
export type Orientation = 'icicle' | 'flame';
export type Theme = 'system' | 'light' | 'dark';

export interface State extends Selection {
  readonly page: Page;
  readonly orientation: Orientation;
  /** The context whose subtree fills the width; 0 is the root. */
  readonly zoom: ContextId;
  /** Where the keyboard stands; 0 is the root. */
  readonly cursor: ContextId;
  readonly query: string;
  readonly sort: SortKey;
  readonly theme: Theme;
}

export const initialState: State = {
  page: 'flame',
  orientation: 'icicle',
  zoom: 0 as ContextId,
  cursor: 0 as ContextId,
  query: '',
  sort: 'self',
  theme: 'system',
  group: undefined,
  thread: undefined,
  frames: 'all',
  granularity: 'function',
  workers: 'joined',
  machinery: false,
};
