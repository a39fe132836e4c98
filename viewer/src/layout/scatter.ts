// Geometry of a scatter of points on two logarithmic axes, with a curve. Pure; pixels are CSS pixels.

export interface Axis {
  readonly low: number;
  readonly high: number;
  /** Powers of ten within. */
  readonly ticks: readonly number[];
}

export interface ScatterBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Whole decades around positive values, one at least. */
export function decadesAround(values: readonly number[]): Axis {
  const low = Math.floor(Math.log10(Math.min(...values, 1e300)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values, 1e-300))));
  if (values.length === 0 || !Number.isFinite(low) || !Number.isFinite(high)) return {low: 1, high: 10, ticks: [1, 10]};
  return {low: 10 ** low, high: 10 ** high, ticks: Array.from({length: high - low + 1}, (_, i) => 10 ** (low + i))};
}

const share = ({low, high}: Axis, value: number): number => Math.log(value / low) / Math.log(high / low);

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export function spotOf(box: ScatterBox, x: Axis, y: Axis, at: Spot): Spot {
  return {x: box.left + box.width * share(x, at.x), y: box.top + box.height * (1 - share(y, at.y))};
}

/** Of y = 1 + slope × x, as far as it is in the box. */
export function curveOf(box: ScatterBox, x: Axis, y: Axis, slope: number, steps = 80): Spot[] {
  return Array.from({length: steps + 1}, (_, i) => x.low * (x.high / x.low) ** (i / steps))
    .map((value) => ({x: value, y: 1 + slope * value}))
    .filter((at) => at.y <= y.high && at.y >= y.low)
    .map((at) => spotOf(box, x, y, at));
}

/** The index of the nearest spot within `reach` pixels. */
export function nearest(spots: readonly Spot[], x: number, y: number, reach: number): number | undefined {
  let found: number | undefined;
  let least = reach ** 2;
  spots.forEach((spot, i) => {
    const distance = (spot.x - x) ** 2 + (spot.y - y) ** 2;
    if (distance > least) return;
    found = i;
    least = distance;
  });
  return found;
}
