// Where the pages are chosen.
import type {JSX} from 'preact';
import {useSurroundings} from './context.ts';
import {pageOf, pages} from './pages.ts';

export function Rail(): JSX.Element {
  const {store} = useSurroundings();
  const here = pageOf(store);
  return (
    <nav class="rail" aria-label="Pages">
      {pages.filter((page) => page.isFor(store)).map((page) => (
        <button type="button" aria-current={page === here ? 'page' : undefined} title={`${page.title} (Shift+${page.key})`}
          onClick={() => store.go({page: page.id})}>
          {page.title}
        </button>
      ))}
    </nav>
  );
}
