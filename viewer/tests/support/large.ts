// A profile as large as pages are, with as many moments as a page may hold.
import {describe, pack} from './encode.ts';
import {generator} from './random.ts';

const functions = 20_000;
const deepest = 60;
const processes = 4;
export const unit = 2 ** 20;

/** A random tree of so many contexts in preorder, values in all of them, moments spread evenly over 64 s. */
export function largeBlock(contexts: number, moments: number): ArrayBuffer {
  const random = generator(3);
  const {header, columns} = describe({
    functions: Array.from({length: functions}, (_, i) => ({name: `f${i}`, file: `part${i % 400}.py`, line: 1 + (i % 900)})),
    stacks: [],
    processes: Array.from({length: processes}, (_, rank) => ({rank, wall_ns: 64e9, slices: 1, slice_width_ns: 64e9, moments: moments / processes, moment_stride_ns: 1e7})),
    threads: Array.from({length: processes}, (_, process) => ({process})),
    run: {ranks: processes, moment_unit_ns: unit},
  });
  const rows = Array.from({length: contexts}, (_, i) => i);
  const depth = new Uint32Array(contexts);
  const path = new Uint32Array(deepest + 1);
  const up = rows.map((i) => {
    if (i === 0) return 0;
    const at = Math.min(deepest, Math.max(1, (depth[i - 1] ?? 0) + 1 - (random(3) === 0 ? random(12) : 0)));
    depth[i] = at;
    path[at] = i;
    return i - (path[at - 1] ?? 0);
  });
  const perProcess = moments / processes;
  const own = new Map<string, readonly number[]>([
    ['location.function', Array.from({length: 2 * functions}, (_, i) => i >> 1)],
    ['location.line', Array.from({length: 2 * functions}, (_, i) => 1 + (i % 97))],
    ['location.flags', Array.from({length: 2 * functions}, () => 0)],
    ['context.up', up],
    ['context.location', rows.map(() => random(2 * functions))],
    ['context.use', rows.map(() => 0)],
    ['value.step', rows.map((i) => Math.min(i, 1))],
    ['value.thread', rows.map(() => random(processes))],
    ['value.samples', rows.map(() => 1)],
    ['value.extra_low', rows.map(() => 0)],
    ['value.extra_high', rows.map(() => 0)],
    ...['python', 'native', 'mpi', 'other'].map((name) => [`slice.${name}`, [1, 1, 1, 1]] as const),
    ['moment.time', Array.from({length: moments}, (_, i) => Math.floor(((i % perProcess) / perProcess) * (64e9 / unit)))],
    ['moment.node', Array.from({length: moments}, () => random(contexts))],
  ]);
  const kept = columns.filter(([name]) => !own.has(name));
  return pack(header, [...kept, ...own]);
}
