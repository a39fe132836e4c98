// The store and palette for every view.
import type {ReadonlySignal} from '@preact/signals';
import {createContext} from 'preact';
import {useContext} from 'preact/hooks';
import type {Palette} from '../draw/palette.ts';
import type {Store} from '../state/store.ts';

export interface Surroundings {
  readonly store: Store;
  readonly palette: ReadonlySignal<Palette>;
}

export const SurroundingsContext = createContext<Surroundings | undefined>(undefined);

export function useSurroundings(): Surroundings {
  const found = useContext(SurroundingsContext);
  if (!found) throw new Error('a view outside the page');
  return found;
}
