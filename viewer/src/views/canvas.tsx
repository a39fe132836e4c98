// A canvas that is drawn anew when what it shows, its size or the palette changes.
import {useSignalEffect} from '@preact/signals';
import type {CanvasHTMLAttributes, JSX} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

interface Props extends Omit<CanvasHTMLAttributes<HTMLCanvasElement>, 'ref'> {
  /** Signals that it reads make it draw again. */
  readonly draw: (canvas: HTMLCanvasElement) => void;
}

export function Canvas({draw, ...rest}: Props): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);
  latest.current = draw;
  useSignalEffect(() => {
    if (canvas.current) latest.current(canvas.current);
  });
  useEffect(() => {
    if (canvas.current) latest.current(canvas.current);
  });
  useEffect(() => {
    const resizes = new ResizeObserver(() => canvas.current && latest.current(canvas.current));
    if (canvas.current) resizes.observe(canvas.current);
    return () => resizes.disconnect();
  }, []);
  return <canvas ref={canvas} {...rest} />;
}
