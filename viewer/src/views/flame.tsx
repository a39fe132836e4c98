// One flame graph: a canvas in a scrolling frame, moved by mouse and keyboard.
import {effect, useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import type {Drawing} from '../state/store.ts';
import {FlameController, type Hover} from './flame_controller.ts';
import {useSurroundings} from './context.ts';
import {FlameMenu} from './flame_menu.tsx';
import {Minimap} from './minimap.tsx';
import {spoken} from './describe.ts';
import {Tooltip} from './tooltip.tsx';

interface Props {
  readonly drawing: Drawing;
  /** The arrow keys are its own when nothing has the focus. */
  readonly takesKeys: boolean;
  readonly label: string;
}

export function FlameCanvas({drawing, takesKeys, label}: Props): JSX.Element {
  const {store, palette} = useSurroundings();
  const frame = useRef<HTMLDivElement>(null);
  const filler = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const controller = useRef<FlameController | undefined>(undefined);
  const hover = useSignal<Hover | undefined>(undefined);
  const menu = useSignal<Hover | undefined>(undefined);
  const id = `cursor-${label.replaceAll(' ', '-')}`;

  useEffect(() => {
    if (!frame.current || !filler.current || !canvas.current) return undefined;
    const parts = {frame: frame.current, filler: filler.current, canvas: canvas.current, takesKeys};
    const made = new FlameController(store, drawing, palette, parts, hover, menu);
    controller.current = made;
    const stop = effect(() => made.follow());
    return () => {
      stop();
      made.dispose();
    };
  }, [store, drawing, palette, hover, menu, takesKeys]);

  return (
    <div class="graph">
      <div class="exports" role="group" aria-label={`Save ${label}`}>
        <button type="button" title="Save the picture as SVG" onClick={() => controller.current?.saveSvg()}>
          SVG
        </button>
        <button type="button" title="Save the picture as PNG" onClick={() => controller.current?.savePng()}>
          PNG
        </button>
      </div>
      <div class="flame" ref={frame}>
        <div class="flame-filler" ref={filler}>
          <canvas
            ref={canvas}
            tabIndex={0}
            role="application"
            aria-roledescription="flame graph"
            aria-label={`${label}. Arrow keys move, Enter zooms in, Escape zooms out, Shift+F10 opens a menu. Key 5 shows the same calls as a table.`}
            aria-describedby={id}
          />
        </div>
      </div>
      <p id={id} class="unseen cursor" aria-live="polite">
        {spoken(store, drawing.tree.value, drawing.cursor.value)}
      </p>
      <Tooltip drawing={drawing} hover={hover} />
      <FlameMenu drawing={drawing} menu={menu} owner={canvas} />
      <Minimap drawing={drawing} frame={frame} />
    </div>
  );
}
