// What the page knows: the profile as decoded from its data block (docs/formats/html.md). Immutable.
import {baseName, visible} from './text.ts';

declare const brand: unique symbol;

export type FunctionId = number & {readonly [brand]: 'function'};
export type LocationId = number & {readonly [brand]: 'location'};
/** A calling context as recorded. Stable for one file, so it may stand in a URL. */
export type ContextId = number & {readonly [brand]: 'context'};
/** Index of a group of processes: an MPI rank, or one process of a run without MPI. */
export type GroupId = number & {readonly [brand]: 'group'};
export type ThreadId = number & {readonly [brand]: 'thread'};

/** In this order in the data block. */
export const domains = ['python', 'native', 'jit', 'mpi', 'os'] as const;
export type Domain = (typeof domains)[number];

export interface Module {
  readonly path: string;
  readonly build_id: string;
  readonly version: string;
  readonly names_from: string;
}

export interface SourceFunction {
  readonly name: string;
  readonly file: string;
  /** 0: unknown. */
  readonly firstLine: number;
  readonly module: Module | undefined;
  readonly domain: Domain;
  /** Interpreter internals between two Python frames. */
  readonly machinery: boolean;
  /** No function, but the border between a line and the threads that work for it, whose frames stand below. */
  readonly workers: boolean;
  readonly named: boolean;
}

export interface Location {
  readonly function: FunctionId;
  /** 0: unknown. */
  readonly line: number;
  readonly inlined: boolean;
  readonly guessed: boolean;
}

export interface Process {
  readonly rank: number;
  readonly pid: number;
  readonly host: string;
  readonly executable: string;
  readonly python: string;
  readonly python_message: string;
  readonly state: string;
  readonly wall_ns: number;
  readonly cpu_ns: number;
}

export interface Thread {
  readonly process: number;
  readonly tid: number;
  readonly name: string;
  readonly is_python: boolean;
  readonly folded: number;
}

export interface Group {
  /** Fit to be shown. */
  readonly label: string;
  readonly processes: readonly number[];
}

export interface Loss {
  readonly cause: string;
  readonly count: number;
}

export interface Quality {
  readonly samples: number;
  readonly expected: number;
  readonly rate_delivered_hz: number;
  readonly cpu_covered: number;
  readonly lost: readonly Loss[];
  readonly unwind_complete: number;
  readonly unwind_fallback: number;
  readonly unwind_truncated: number;
  readonly merge_exact: number;
  readonly merge_inexact: number;
  readonly merge_none: number;
  readonly unresolved_native: number;
  readonly native: number;
  readonly handler_ns: number;
  readonly handler_median_ns: number;
  readonly handler_p99_ns: number;
  readonly handler_max_ns: number;
  readonly damaged_bytes: number;
}

export interface Run {
  readonly command: readonly string[];
  readonly script: string;
  readonly ranks: number;
  readonly hosts: readonly string[];
  readonly started_realtime_ms: number;
  readonly wall_ns: number;
  readonly cpu_ns: number;
  readonly mode: string;
  readonly rate_hz: number;
  readonly period_ns: number;
  readonly pythons: readonly string[];
  readonly mpi: string;
  readonly version: string;
  readonly notes: readonly string[];
}

/** Contexts folded into their callers because the page would have been too large. */
export interface Pruned {
  readonly contexts: number;
  readonly weight: number;
}

export interface Metric {
  readonly name: string;
  readonly unit: string;
}

/** Context 0 is the root; parents stand before their children. */
export interface Contexts {
  readonly count: number;
  readonly parent: Uint32Array;
  /** LocationId; of the root it means nothing. */
  readonly location: Uint32Array;
}

/** Exclusive values of contexts on threads. */
export interface Values {
  readonly count: number;
  readonly context: Uint32Array;
  readonly thread: Uint32Array;
  readonly samples: Uint32Array;
  readonly weight: Float64Array;
}

export interface Profile {
  readonly run: Run;
  readonly quality: Quality;
  readonly metric: Metric;
  readonly pruned: Pruned;
  readonly functions: readonly SourceFunction[];
  readonly locations: readonly Location[];
  readonly processes: readonly Process[];
  readonly threads: readonly Thread[];
  /** Ranks in order, or processes of a run without MPI; at least one. */
  readonly groups: readonly Group[];
  /** GroupId of each thread. */
  readonly groupOfThread: Uint32Array;
  readonly contexts: Contexts;
  /** Whether any stack crosses the border of worker threads. */
  readonly hasWorkers: boolean;
  readonly values: Values;
}

/** Ranks in order, then what is no rank; without MPI each process by itself. */
export function groupProcesses(processes: readonly Process[], ranks: number): Group[] {
  if (ranks === 0) return processes.map((process, index) => ({label: processLabel(process), processes: [index]}));
  const byRank = new Map<number, number[]>();
  processes.forEach((process, index) => {
    const members = byRank.get(process.rank);
    if (members) members.push(index);
    else byRank.set(process.rank, [index]);
  });
  const order = [...byRank.keys()].sort((a, b) => Number(a < 0) - Number(b < 0) || a - b);
  return order.map((rank) => ({label: rank < 0 ? 'other processes' : `rank ${rank}`, processes: byRank.get(rank) ?? []}));
}

function processLabel(process: Process): string {
  const name = visible(baseName(process.executable));
  return name === '' ? `process ${process.pid}` : `${name} (${process.pid})`;
}
