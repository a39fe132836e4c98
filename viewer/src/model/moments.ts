// Moments: when a thinned part of the samples was taken, and in which context. A range of time of a profile is made of them.
import {firstIndex, u32} from './columns.ts';
import type {Profile, Thread, Values} from './profile.ts';
import type {TimeRange} from './timeline.ts';

export const hasMoments = (profile: Profile): boolean => profile.processes.some((process) => (process.moments ?? 0) > 0);

/** A range of a profile as a profile, and what it stands on. */
export interface Part {
  /**
   * Its values are the moments of the range, each with the weight of its process; contexts and ranks are those of the
   * whole. Moments tell processes but neither threads nor counters: it has one thread for each process, and one metric.
   */
  readonly profile: Profile;
  readonly moments: number;
  /** As many independent moments of equal weight tell as much: (Σw)² ÷ Σw² (Kish, Survey Sampling, 1965). */
  readonly effective: number;
  /** Processes that have time slices but no moments: what they did is not known. */
  readonly unknown: number;
}

/** Throws DecodeError where the moments are damaged. Begin is in the range, end is not. */
export function partIn(profile: Profile, range: TimeRange): Part {
  const values = momentsIn(profile, range);
  let [sum, squares] = [0, 0];
  for (const weight of values.weight) {
    sum += weight;
    squares += weight * weight;
  }
  return {
    profile: {
      ...profile,
      run: {...profile.run, period_ns: values.count > 0 ? sum / values.count : profile.run.period_ns},
      difference: undefined,
      metrics: [profile.metrics[0]],
      ratios: [],
      threads: profile.processes.map((_, process) => threadOf(process)),
      knowsThreads: false,
      groupOfThread: groupOfProcess(profile),
      values,
      valuesOf: () => values,
    },
    moments: values.count,
    effective: squares > 0 ? (sum * sum) / squares : 0,
    unknown: profile.processes.filter(({slices, moments = 0}) => slices > 0 && moments === 0).length,
  };
}

function momentsIn(profile: Profile, range: TimeRange): Values {
  const {first, time, context} = profile.moments();
  const unit = profile.run.moment_unit_ns ?? 1;
  const spans = profile.processes.map((_, process) => {
    const after = (when: number) => firstIndex(u32(first, process), u32(first, process + 1), (i) => u32(time, i) * unit >= when);
    return [after(range.begin), after(range.end)] as const;
  });
  const count = spans.reduce((sum, [from, to]) => sum + to - from, 0);
  const values = {
    count,
    context: new Uint32Array(count),
    thread: new Uint32Array(count),
    samples: new Uint32Array(count).fill(1),
    weight: new Float64Array(count),
  };
  let at = 0;
  spans.forEach(([from, to], process) => {
    values.context.set(context.subarray(from, to), at);
    values.thread.fill(process, at, at + to - from);
    values.weight.fill(profile.processes[process]?.moment_stride_ns ?? 0, at, at + to - from);
    at += to - from;
  });
  return values;
}

const threadOf = (process: number): Thread =>
  ({process, tid: 0, name: '', is_python: true, folded: 0, summed_ns: 0, summed_mpi_ns: 0});

function groupOfProcess({groups, processes}: Profile): Uint32Array {
  const found = new Uint32Array(processes.length);
  groups.forEach((group, id) => group.processes.forEach((process) => (found[process] = id)));
  return found;
}

/** Half the 95 % interval of a share that so many independent moments tell. */
export const errorOf = (share: number, moments: number): number =>
  moments > 0 ? 1.96 * Math.sqrt((share * (1 - share)) / moments) : 1;
