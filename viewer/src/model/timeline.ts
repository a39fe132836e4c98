// What processes did when, from their time slices: no stacks, only how many samples were of each category.
import {f64, largest, u32} from './columns.ts';
import {type GroupId, type Process, type Profile, sliceCategories, type Slices} from './profile.ts';

/** Nanoseconds after the first process began. */
export interface TimeRange {
  readonly begin: number;
  readonly end: number;
}

/** Rows of groups, columns of equal time. */
export interface Raster {
  readonly rows: number;
  readonly columns: number;
  /** Threads at work on average, of a group on average: (row × columns + column) × categories + category. */
  readonly threads: Float64Array;
}

const kinds = sliceCategories.length;

export const hasTimeline = (profile: Profile): boolean => profile.processes.some((process) => process.slices > 0);

/** All ranks, and of what is no rank those with slices. */
export function timelineGroups({groups, processes}: Profile): GroupId[] {
  const has = (id: number): boolean => (processes[id]?.slices ?? 0) > 0;
  return groups.map((_, id) => id as GroupId).filter((id) => (groups[id]?.rank ?? -1) >= 0 || groups[id]?.processes.some(has));
}

export function wholeRun(profile: Profile): TimeRange {
  return {begin: 0, end: Math.max(1, largest(profile.processes.map((process) => process.begin_ns + lengthOf(process))))};
}

/** Of all slices of a process: the last one ends with the process, where that is known. */
function lengthOf({slices, slice_width_ns: width, wall_ns: wall}: Process): number {
  return wall > (slices - 1) * width && wall < slices * width ? wall : slices * width;
}

/** The groups of a row, as indices into `groups`: from `first` to before `end`. There are no more rows than groups. */
export function groupsOfRow(row: number, rows: number, groups: number): {first: number; end: number} {
  return {first: Math.ceil((row * groups) / rows), end: Math.ceil(((row + 1) * groups) / rows)};
}

/** Samples of a slice are spread evenly over its time. */
export function rasterOf(profile: Profile, groups: readonly GroupId[], range: TimeRange, rows: number, columns: number): Raster {
  const threads = new Float64Array(rows * columns * kinds);
  const raster = {rows, columns, threads};
  const slices = profile.slices();
  for (let row = 0; row < rows; row++) {
    const {first, end} = groupsOfRow(row, rows, groups.length);
    const weight = profile.run.period_ns / (end - first) / ((range.end - range.begin) / columns);
    for (const group of groups.slice(first, end)) {
      for (const process of profile.groups[group]?.processes ?? []) addProcess(raster, row, profile, slices, process, range, weight);
    }
  }
  return raster;
}

function addProcess(
  raster: Raster, row: number, profile: Profile, slices: Slices, id: number, range: TimeRange, weight: number,
): void {
  const process = profile.processes[id] as Process;
  const end = process.begin_ns + lengthOf(process);
  const width = process.slice_width_ns;
  const from = Math.max(0, Math.floor((range.begin - process.begin_ns) / width));
  const to = Math.min(process.slices, Math.ceil((range.end - process.begin_ns) / width));
  for (let i = from; i < to; i++) {
    const begin = process.begin_ns + i * width;
    addSlice(raster, row, slices, u32(slices.first, id) + i, {begin, end: Math.min(end, begin + width)}, range, weight);
  }
}

/** Of a column: keeps clocks that are ages apart from making slices without any length. */
const least = 1e-9;

/** The samples of one slice, to each column that it overlaps. */
function addSlice(
  {columns, threads}: Raster, row: number, {samples}: Slices, slice: number, time: TimeRange, range: TimeRange, weight: number,
): void {
  const scale = columns / (range.end - range.begin);
  const [begin, end] = [(time.begin - range.begin) * scale, (time.end - range.begin) * scale];
  const last = Math.min(columns, Math.ceil(end));
  for (let column = Math.max(0, Math.floor(begin)); column < last; column++) {
    const share = (Math.min(end, column + 1) - Math.max(begin, column)) / Math.max(end - begin, least);
    for (let kind = 0; kind < kinds; kind++) {
      const at = (row * columns + column) * kinds + kind;
      threads[at] = f64(threads, at) + u32(samples[kind] as Uint32Array, slice) * weight * share;
    }
  }
}

/** Of one cell, by category. */
export function cellOf({columns, threads}: Raster, row: number, column: number): Float64Array {
  const at = (row * columns + column) * kinds;
  return threads.subarray(at, at + kinds);
}

/** Threads at work, of whatever category. */
export const busyIn = (cell: Float64Array): number => cell.reduce((sum, threads) => sum + threads, 0);
