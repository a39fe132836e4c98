// Search by regular expression, how much the matches cover, and stepping from match to match.
import type {JSX} from 'preact';
import {f64, u32} from '../model/columns.ts';
import {percent, plural} from '../model/text.ts';
import {root} from '../model/tree.ts';
import type {Store} from '../state/store.ts';
import {useSurroundings} from './context.ts';
import {ratio} from './describe.ts';

export const searchId = 'search';

export function Search(): JSX.Element {
  const {store} = useSurroundings();
  const pattern = store.pattern.value;
  const matches = store.matches.value;
  return (
    <div class="search" role="search">
      <output id="search-result" class={pattern.kind === 'invalid' ? 'invalid' : ''}>{resultText(store)}</output>
      {matches && matches.nodes.length > 0 && (
        <>
          <button type="button" class="toggle icon" aria-label="Previous match" title="Previous match (N)" onClick={() => stepMatch(store, -1)}>‹</button>
          <button type="button" class="toggle icon" aria-label="Next match" title="Next match (n)" onClick={() => stepMatch(store, 1)}>›</button>
        </>
      )}
      <input id={searchId} type="search" placeholder="Search /" aria-label="Search by regular expression" autocomplete="off"
        spellcheck={false} value={store.state.value.query} aria-invalid={pattern.kind === 'invalid'}
        aria-describedby="search-result" onInput={(event) => store.move({query: event.currentTarget.value})}
        onKeyDown={(event) => searchKey(store, event)} />
    </div>
  );
}

function resultText(store: Store): string {
  const pattern = store.pattern.value;
  const matches = store.matches.value;
  if (pattern.kind === 'invalid') return 'not a regular expression';
  if (!matches) return '';
  if (matches.nodes.length === 0) return 'no match';
  const share = percent(ratio(matches.covered, f64(store.drawing.tree.value.total, root)));
  return `${share} in ${plural(matches.nodes.length, 'place')}`;
}

function searchKey(store: Store, event: KeyboardEvent & {readonly currentTarget: HTMLInputElement}): void {
  if (event.key === 'Enter') stepMatch(store, event.shiftKey ? -1 : 1);
  else if (event.key === 'Escape') {
    if (store.state.value.query === '') event.currentTarget.blur();
    else store.go({query: ''});
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** To the next outermost match, the heaviest first; a match out of sight is zoomed to. */
export function stepMatch(store: Store, direction: 1 | -1): void {
  const nodes = store.matches.value?.nodes ?? [];
  if (nodes.length === 0) return;
  const at = nodes.indexOf(store.drawing.cursor.value);
  const start = at < 0 && direction < 0 ? 0 : at;
  const next = nodes[(start + direction + nodes.length) % nodes.length] ?? root;
  const {tree, zoom} = store.drawing;
  const inSight =
    next >= zoom.value && next < u32(tree.value.end, zoom.value) &&
    f64(tree.value.width, next) > 0.01 * f64(tree.value.width, zoom.value);
  if (inSight) store.drawing.moveTo(next);
  else store.drawing.zoomTo(next);
}
