// The whole graph small, with the part that is in sight. For the mouse: keys move in the graph itself.
import {useSignal} from '@preact/signals';
import type {JSX, RefObject} from 'preact';
import {useEffect} from 'preact/hooks';
import {rowHeight} from '../draw/flame.ts';
import {drawMinimap} from '../draw/minimap.ts';
import {nodeAtDepth, rowsInSight, spanOf} from '../layout/flame.ts';
import {f64, u32} from '../model/columns.ts';
import {root} from '../model/tree.ts';
import type {Drawing} from '../state/store.ts';
import {Canvas} from './canvas.tsx';
import {choiceOf, fillFor, ratiosOf} from './colouring.ts';
import {useSurroundings} from './context.ts';
import {namedAt} from './describe.ts';

interface Props {
  readonly drawing: Drawing;
  /** What scrolls. */
  readonly frame: RefObject<HTMLElement | null>;
}

/** Where the frame is scrolled to, in pixels. */
interface Scroll {
  readonly top: number;
  readonly height: number;
  readonly all: number;
}

export function Minimap({drawing, frame}: Props): JSX.Element | null {
  const {store, palette} = useSurroundings();
  const scroll = useScroll(frame);
  const [tree, zoom, upward] = [drawing.tree.value, drawing.zoom.value, drawing.upward.value];
  if (f64(tree.total, root) <= 0 || (zoom === root && scroll.all <= scroll.height + 1)) return null;
  const rows = tree.deepest + 1;
  const {first, end} = rowsInSight(scroll, rowHeight, upward, rows);
  const {left, width} = spanOf(tree, {zoom: root, width: 100}, zoom);
  const top = (100 * (upward ? rows - end : first)) / rows;
  const draw = (canvas: HTMLCanvasElement): void => {
    void [choiceOf(store), ratiosOf(store, tree)];
    drawMinimap(canvas, tree, drawing.rows.value, upward, palette.value, (node) => {
      const named = namedAt(store, tree, node);
      return named ? fillFor(store, drawing, palette.value, node, named.fn) : palette.value.root;
    });
  };
  /** The rows at the pointer to the middle, and the width of the zoomed box to the one at the pointer. */
  const go = (event: PointerEvent & {readonly currentTarget: HTMLElement}, isStep: boolean): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const within = (value: number): number => Math.min(1, Math.max(0, value));
    const [x, y] = [within((event.clientX - box.left) / box.width), within((event.clientY - box.top) / box.height)];
    const depth = u32(tree.depth, zoom);
    const node = zoom === root ? root : nodeAtDepth(tree, drawing.rows.value, x, depth);
    if (node !== undefined && node !== zoom) drawing.zoomTo(node, isStep);
    const row = (upward ? 1 - y : y) * rows;
    const middle = upward ? scroll.all - row * rowHeight : row * rowHeight;
    requestAnimationFrame(() => requestAnimationFrame(() => frame.current?.scrollTo({top: middle - scroll.height / 2})));
  };
  return (
    <div
      class={`minimap ${upward ? 'above' : 'below'}`}
      aria-hidden="true"
      title="The whole graph; drag to move"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        go(event, true);
      }}
      onPointerMove={(event) => {
        if (event.buttons === 1 && event.currentTarget.hasPointerCapture(event.pointerId)) go(event, false);
      }}
    >
      <Canvas draw={draw} />
      <i class="seen" style={{left: `${left}%`, width: `${width}%`, top: `${top}%`, height: `${(100 * (end - first)) / rows}%`}} />
    </div>
  );
}

function useScroll(frame: RefObject<HTMLElement | null>): Scroll {
  const scroll = useSignal<Scroll>({top: 0, height: 0, all: 0});
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const read = (): void => {
      const {scrollTop: top, clientHeight: height, scrollHeight: all} = element;
      const old = scroll.peek();
      if (old.top !== top || old.height !== height || old.all !== all) scroll.value = {top, height, all};
    };
    const resizes = new ResizeObserver(read);
    for (const part of [element, ...element.children]) resizes.observe(part);
    element.addEventListener('scroll', read, {passive: true});
    return () => {
      resizes.disconnect();
      element.removeEventListener('scroll', read);
    };
  }, [frame, scroll]);
  return scroll.value;
}
