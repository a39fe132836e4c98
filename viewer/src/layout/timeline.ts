// Geometry of the timeline: how many rows and columns it has, and which range of time a step shows. Pure; pixels are
// CSS pixels.
import type {TimeRange} from '../model/timeline.ts';

const tallestRow = 22;
const tallest = 420;
const mostColumns = 2000;
const mostCells = 2 ** 22;
/** A range in the URL has microseconds. */
const unit = 1000;
const shortest = 1000 * unit;

/** With more groups than rows of pixels, rows share them. */
export function rowsFor(groups: number): {rows: number; height: number} {
  const height = Math.min(tallest, groups * tallestRow);
  return {rows: Math.min(groups, tallest), height};
}

/** A column for each pixel, fewer where that would take long for all groups. */
export function columnsFor(groups: number, pixels: number): number {
  return Math.max(1, Math.min(Math.floor(pixels), mostColumns, Math.floor(mostCells / Math.max(1, groups))));
}

/** The part of a wanted range that there is; the whole without one. */
export function shownRange(wanted: TimeRange | undefined, whole: TimeRange): TimeRange {
  if (!wanted || wanted.begin >= whole.end) return whole;
  return {begin: Math.max(whole.begin, wanted.begin), end: Math.min(whole.end, wanted.end)};
}

/** Columns `first` to `last`, both inside. */
export function rangeOfColumns(range: TimeRange, columns: number, first: number, last: number): TimeRange {
  const step = (range.end - range.begin) / columns;
  return {begin: range.begin + first * step, end: range.begin + (last + 1) * step};
}

/** `factor` times as long around the same middle of `around`, within the whole; undefined: the whole. */
export function scaled(range: TimeRange, around: number, factor: number, whole: TimeRange): TimeRange | undefined {
  const length = (range.end - range.begin) * factor;
  if (length >= whole.end - whole.begin) return undefined;
  const begin = Math.min(Math.max(whole.begin, around - length / 2), whole.end - length);
  return stepTo({begin, end: begin + length}, whole);
}

/** The range as a step has it: in whole microseconds, no shorter than a millisecond; undefined: the whole. */
export function stepTo({begin, end}: TimeRange, whole: TimeRange): TimeRange | undefined {
  const length = Math.max(end - begin, shortest);
  const from = Math.max(whole.begin, (begin + end - length) / 2);
  const [first, last] = [Math.round(from / unit) * unit, Math.round((from + length) / unit) * unit];
  return first - whole.begin < unit && whole.end - last < unit ? undefined : {begin: first, end: last};
}
