// The page around the pages.
import {useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {useEffect, useMemo} from 'preact/hooks';
import type {Store} from '../state/store.ts';
import {Boundary} from './boundary.tsx';
import {SurroundingsContext} from './context.ts';
import {Header} from './header.tsx';
import {Help} from './help.tsx';
import {handleKey} from './keys.ts';
import {pageOf} from './pages.ts';
import {Rail} from './rail.tsx';
import {paletteFor} from './theme.ts';
import {Toolbar} from './toolbar.tsx';

export function App({store}: {store: Store}): JSX.Element {
  const surroundings = useMemo(() => ({store, palette: paletteFor(store.state)}), [store]);
  const helpOpen = useSignal(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (helpOpen.value) return;
      const isHelp = event.key === '?' && !(event.target instanceof HTMLInputElement);
      if (isHelp) helpOpen.value = true;
      if (isHelp || handleKey(store, event)) event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [store, helpOpen]);
  return (
    <SurroundingsContext.Provider value={surroundings}>
      <Header />
      <div class="body">
        <Rail onHelp={() => (helpOpen.value = true)} />
        <div class="content">
          <Toolbar />
          <Page store={store} />
        </div>
      </div>
      <Help open={helpOpen} />
    </SurroundingsContext.Provider>
  );
}

function Page({store}: {store: Store}): JSX.Element {
  const {id, View} = pageOf(store);
  return (
    <main>
      <Boundary key={id}>
        <View />
      </Boundary>
    </main>
  );
}
