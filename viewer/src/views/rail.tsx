// Where the pages are chosen.
import type {JSX} from 'preact';
import {useSurroundings} from './context.ts';
import {pageOf, pages} from './pages.ts';
import {nextTheme} from './theme.ts';

export function Rail({onHelp}: {onHelp: () => void}): JSX.Element {
  return (
    <div class="rail">
      <Pages />
      <Tail onHelp={onHelp} />
    </div>
  );
}

function Pages(): JSX.Element {
  const {store} = useSurroundings();
  const here = pageOf(store);
  return (
    <nav aria-label="Pages">
      {pages
        .filter((page) => page.isFor(store))
        .map((page) => (
          <button
            type="button"
            aria-current={page === here ? 'page' : undefined}
            title={`${page.title} (Shift+${page.key})`}
            onClick={() => store.go({page: page.id})}
          >
            {page.title}
          </button>
        ))}
    </nav>
  );
}

function Tail({onHelp}: {onHelp: () => void}): JSX.Element {
  const {store} = useSurroundings();
  return (
    <div class="tail">
      <button type="button" class="toggle" title="Back to the whole profile (r)" onClick={store.reset}>
        Reset
      </button>
      <button
        type="button"
        class="toggle icon"
        title="Theme: light, dark or the system's (t)"
        aria-label="Theme"
        onClick={() => store.move(nextTheme(store))}
      >
        ◐
      </button>
      <button type="button" class="toggle icon" aria-label="Help" title="Help (?)" onClick={onHelp}>
        ?
      </button>
    </div>
  );
}
