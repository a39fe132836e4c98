// What the colours of a difference mean, and the switch for what has vanished.
import type {JSX} from 'preact';
import {useSurroundings} from './context.ts';

export function DifferenceLegend(): JSX.Element | null {
  const {store, palette} = useSurroundings();
  const contrast = store.contrast.value;
  if (!contrast) return null;
  const {changes, stripe} = palette.value;
  const textures = {
    none: 'none',
    stripes: `repeating-linear-gradient(135deg, transparent 0 3px, ${stripe} 3px 5px)`,
    rules: `repeating-linear-gradient(0deg, transparent 0 3px, ${stripe} 3px 4px)`,
  };
  const swatch = (fill: string | undefined, texture: keyof typeof textures = 'none'): JSX.Element => (
    <i style={{backgroundColor: fill, backgroundImage: textures[texture]}} />
  );
  return (
    <ul class="legend changes" aria-label="Colours">
      <li title="Less than 10 %, 10 % and more, 30 % and more">
        {changes.faster.slice().reverse().map((fill) => swatch(fill))} faster
      </li>
      <li title="The difference is no larger than chance makes it">{swatch(changes.same)} within chance</li>
      <li title="Less than 10 %, 10 % and more, 30 % and more">{changes.slower.map((fill) => swatch(fill))} slower</li>
      <li>{swatch(changes.slower[2], 'stripes')} new</li>
      {!store.state.value.withoutVanished && <li>{swatch(changes.faster[2], 'rules')} vanished</li>}
    </ul>
  );
}

export function VanishedSwitch(): JSX.Element | null {
  const {store} = useSurroundings();
  if (!store.shownContrast.value) return null;
  const {withoutVanished} = store.state.value;
  return (
    <button
      type="button"
      class="toggle"
      aria-pressed={!withoutVanished}
      title="Boxes have room for both sides, so that what has vanished keeps its place"
      onClick={() => store.go({withoutVanished: !withoutVanished})}
    >
      Vanished
    </button>
  );
}
