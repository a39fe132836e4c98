// How much a sampled figure differs between two sides, and how sure that is: src/diff/change.h.

/** How figures of one side are judged. */
export interface Judged {
  /** What one sample stands for, as a value; 0: the metric is not sampled. */
  readonly unit: number;
  /** Values are shares of everything. */
  readonly isShare: boolean;
}

export interface Change {
  readonly before: number;
  readonly after: number;
  /** Standard deviation of the difference; undefined for what is not sampled. */
  readonly sigma: number | undefined;
}

/** Standard deviations beyond which a change is no chance. */
export const sigmas = 2;
/** Of the larger total, that a change must make up to be notable. */
const smallestShare = 0.01;

/** A value and the samples that make it up. */
export interface Figure {
  readonly value: number;
  readonly samples: number;
}

export function changeOf(before: Figure, after: Figure, [first, second]: readonly [Judged, Judged]): Change {
  const isSampled = first.unit > 0 && second.unit > 0;
  return {
    before: before.value,
    after: after.value,
    sigma: isSampled ? Math.sqrt(variance(before, first) + variance(after, second)) : undefined,
  };
}

function variance({value, samples}: Figure, {unit, isShare}: Judged): number {
  const ofOne = samples > 0 ? value / samples : unit;
  return ofOne * ofOne * (samples + 1) * (isShare ? Math.max(0, 1 - value) : 1);
}

export const delta = ({before, after}: Change): number => after - before;
export const isNew = ({before, after}: Change): boolean => before === 0 && after > 0;
export const hasVanished = ({before, after}: Change): boolean => after === 0 && before > 0;

export function isSignificant(change: Change): boolean {
  return change.sigma === undefined || Math.abs(delta(change)) > sigmas * change.sigma;
}

/** Beyond chance, and more than a hundredth of the larger total. */
export function isNotable(change: Change, total: Change): boolean {
  return isSignificant(change) && Math.abs(delta(change)) > smallestShare * Math.max(total.before, total.after);
}

/** Of the larger of both values, from −1 (vanished) to 1 (new). */
export function relative(change: Change): number {
  const larger = Math.max(change.before, change.after);
  return larger > 0 ? delta(change) / larger : 0;
}
