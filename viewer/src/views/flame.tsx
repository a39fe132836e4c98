// The flame graph page: a canvas in a scrolling frame, moved by mouse and keyboard.
import {effect, useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {FlameController, type Hover} from './flame_controller.ts';
import {useSurroundings} from './context.ts';
import {spoken} from './describe.ts';
import {Path} from './path.tsx';
import {Tooltip} from './tooltip.tsx';

export function FlameView(): JSX.Element {
  const {store, palette} = useSurroundings();
  const frame = useRef<HTMLDivElement>(null);
  const filler = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const hover = useSignal<Hover | undefined>(undefined);

  useEffect(() => {
    if (!frame.current || !filler.current || !canvas.current) return undefined;
    const parts = {frame: frame.current, filler: filler.current, canvas: canvas.current};
    const controller = new FlameController(store, palette, parts, hover);
    const stop = effect(() => controller.follow());
    return () => {
      stop();
      controller.dispose();
    };
  }, [store, palette, hover]);

  return (
    <section class="flame-page" aria-label="Flame graph">
      <Path />
      <div class="flame" ref={frame}>
        <div class="flame-filler" ref={filler}>
          <canvas
            ref={canvas}
            tabIndex={0}
            role="application"
            aria-roledescription="flame graph"
            aria-label="Flame graph. Arrow keys move, Enter zooms in, Escape zooms out. The Table page has the same functions as a table."
            aria-describedby="flame-cursor"
          />
        </div>
      </div>
      <Spoken />
      <Tooltip hover={hover} />
    </section>
  );
}

function Spoken(): JSX.Element {
  const {store} = useSurroundings();
  return (
    <p id="flame-cursor" class="unseen" aria-live="polite">
      {spoken(store, store.cursor.value)}
    </p>
  );
}
