// Light or dark as drawn on the canvas, which CSS does not reach.
import {computed, type ReadonlySignal, signal} from '@preact/signals';
import {dark, light, type Palette} from '../draw/palette.ts';
import type {State} from '../state/state.ts';
import type {Store} from '../state/store.ts';

const system = matchMedia('(prefers-color-scheme: dark)');
const systemIsDark = signal(system.matches);
system.addEventListener('change', () => (systemIsDark.value = system.matches));

export function paletteFor(state: ReadonlySignal<State>): ReadonlySignal<Palette> {
  return computed(() => {
    const {theme} = state.value;
    return theme === 'dark' || (theme === 'system' && systemIsDark.value) ? dark : light;
  });
}

export function nextTheme(store: Store): Partial<State> {
  const order = ['system', 'light', 'dark'] as const;
  return {theme: order[(order.indexOf(store.state.value.theme) + 1) % order.length] ?? 'system'};
}
