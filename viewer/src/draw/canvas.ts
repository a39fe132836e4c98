/** Gives a canvas as many pixels as it covers on the screen; what is drawn then counts in CSS pixels. */
export function fitCanvas(canvas: HTMLCanvasElement): {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
} {
  const context = canvas.getContext('2d', {alpha: false});
  if (!context) throw new Error('this browser has no canvas');
  const {clientWidth: width, clientHeight: height} = canvas;
  const ratio = devicePixelRatio;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  return {context, width, height};
}
