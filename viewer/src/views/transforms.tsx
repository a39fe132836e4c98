// What was done to the stacks.
import type {JSX} from 'preact';
import {visible} from '../model/text.ts';
import {undoTransform} from './actions.ts';
import {useSurroundings} from './context.ts';

const done = {
  focus: 'only',
  hide: 'without frames of',
  drop: 'without',
  recursion: 'joined',
  library: 'library of',
} as const;

/** A step undoes itself and those after it. */
export function Transforms(): JSX.Element | null {
  const {store} = useSurroundings();
  const {transforms} = store.state.value;
  if (transforms.length === 0) return null;
  return (
    <ol class="transforms" aria-label="Changes of the stacks">
      {transforms.map(({kind, function: id}, i) => (
        <li>
          <button type="button" title="Undo from here (u undoes the last)" onClick={() => undoTransform(store, i)}>
            {done[kind]} {visible(store.profile.functions[id]?.name ?? '')} ×
          </button>
        </li>
      ))}
    </ol>
  );
}
