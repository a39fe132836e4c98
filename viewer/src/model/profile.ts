// What the page knows: the profile as decoded from its data block (docs/formats/html.md). Immutable.
import type {Comparison} from './comparison.ts';
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

/** What a thread was doing, in this order in the data block: src/profile/categories.h says how each is told. */
export const categories = ['python', 'native', 'mpi', 'io', 'gil', 'gc', 'import', 'idle', 'other'] as const;
export type Category = (typeof categories)[number];

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
  readonly run_delay_ns: number;
  readonly max_rss_bytes: number;
  /** After the first process with time slices began, by the clock of its host. */
  readonly begin_ns: number;
  readonly slice_width_ns: number;
  /** How many slices it has. */
  readonly slices: number;
  /** How many moments it has, none without, and the weight of each of them. */
  readonly moments?: number | undefined;
  readonly moment_stride_ns?: number | undefined;
}

/** What time slices tell apart, in this order wherever it is an index. */
export const sliceCategories = ['python', 'native', 'mpi', 'other'] as const;

/** Samples in the time slices of all processes, one process after the other. */
export interface Slices {
  /** Where the slices of each process begin, and where the last ones end. */
  readonly first: Uint32Array;
  /** By category. */
  readonly samples: readonly Uint32Array[];
}

/** Samples of which the time is known (moments.ts), one process after the other, each in order of time. */
export interface Moments {
  /** Where the moments of each process begin, and where the last ones end. */
  readonly first: Uint32Array;
  /** In units of the run's `moment_unit_ns` after the first process began. */
  readonly time: Uint32Array;
  /** ContextId of the innermost frame. */
  readonly context: Uint32Array;
}

export interface Thread {
  readonly process: number;
  readonly tid: number;
  readonly name: string;
  readonly is_python: boolean;
  readonly folded: number;
  /** Time that stands only in sums over all ranks, and the part of it in MPI. */
  readonly summed_ns: number;
  readonly summed_mpi_ns: number;
}

export interface Group {
  /** Fit to be shown. */
  readonly label: string;
  /** -1: no rank. */
  readonly rank: number;
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
  /** 0: waits were not recorded. */
  readonly wall_covered: number;
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
  readonly engine: string;
  readonly counters: readonly string[];
  /** Where processes have moments. */
  readonly moment_unit_ns?: number | undefined;
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

/** scale × numerator ÷ denominator, both MetricIds. */
export interface Ratio {
  readonly name: string;
  readonly unit: string;
  readonly numerator: number;
  readonly denominator: number;
  readonly scale: number;
}

export interface RankUse {
  readonly rank: number;
  readonly useful_ns: number;
  readonly in_mpi_ns: number;
}

/** Efficiencies as POP defines them, between 0 and 1: src/profile/balance.h. */
export interface Balance {
  readonly from: string;
  readonly parallel: number;
  readonly load: number;
  readonly communication: number;
  /** Their product is communication; only where calls were counted on every rank. */
  readonly serialisation?: number | undefined;
  readonly transfer?: number | undefined;
  readonly elapsed_ns: number;
  readonly lost_to_imbalance_ns: number;
  readonly lost_to_communication_ns: number;
  readonly ranks: readonly RankUse[];
}

export interface CountedCalls {
  readonly kind: string;
  readonly count: number;
  readonly bytes: number;
  readonly shortest_ns: number;
  readonly longest_ns: number;
  readonly wait_ns: number;
  /** "never", "at_most" or "measured". */
  readonly waiting: string;
  /** The rank that the others wait for, -1: none or unknown. */
  readonly latest_rank: number;
  /** WaitState of src/profile/mpi_calls.h, where the function tells. */
  readonly wait_state?: string | undefined;
}

export interface RankSpread {
  readonly min: number;
  readonly mean: number;
  readonly max: number;
  readonly argmax: number;
}

/** A function of MPI by the line that calls it: src/profile/mpi_calls.h. */
export interface CallRow {
  readonly call: string;
  readonly function?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly time_ns: number;
  readonly samples: number;
  readonly time_ranks?: RankSpread | undefined;
  readonly counted?: CountedCalls | undefined;
}

export interface Calls {
  readonly ranks: readonly number[];
  readonly time_of_ranks_ns: number;
  readonly rows: readonly CallRow[];
}

/** Time and waiting of calls on each rank: row × ranks + place of the rank; of the first rows only. */
export interface CallsByRank {
  readonly rows: number;
  readonly time: Float64Array;
  readonly wait: Float64Array;
}

/** Lines of a source file as they were when the page was written. */
export interface Excerpt {
  readonly file: string;
  readonly first_line: number;
  readonly lines: readonly string[];
  /** Saved after the run began: it may not be what ran. */
  readonly newer?: boolean | undefined;
}

/** How figures of one of two runs are shown: value = factor × weight. */
export interface DifferenceSide {
  readonly name: string;
  readonly factor: number;
  /** What one sample stands for, as a value; 0: the metric is not sampled. */
  readonly unit: number;
  /** Ranks, 1 without MPI. */
  readonly workers: number;
}

/** An earlier run beside the profile: src/diff/difference.h. */
export interface Difference {
  readonly before: DifferenceSide;
  readonly after: DifferenceSide;
  /** Of the earlier run. */
  readonly period_ns: number;
  readonly is_share: boolean;
  /** Values are means, since the numbers of ranks differ. */
  readonly is_by_rank: boolean;
  readonly facts: readonly string[];
  readonly legend: readonly string[];
}

/** Context 0 is the root; parents stand before their children. */
export interface Contexts {
  readonly count: number;
  readonly parent: Uint32Array;
  /** Bits 0–3 activity, 4–7 category (both indices into `categories`), bit 8 own time is a kernel's. */
  readonly use: Uint32Array;
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

/** What is shown first, where the address says nothing. */
export interface Opening {
  /** Nothing or null: all. */
  readonly rank?: number | null | undefined;
  /** By name; empty: the first. */
  readonly metric?: string | undefined;
}

export interface Profile {
  readonly opening?: Opening | undefined;
  readonly run: Run;
  readonly quality: Quality;
  /** The time that was sampled, then what was counted with it. */
  readonly metrics: readonly [Metric, ...Metric[]];
  readonly ratios: readonly Ratio[];
  /** Categories that this mode of sampling cannot see. */
  readonly unmeasured: readonly string[];
  readonly libraries: readonly string[];
  readonly findings: readonly string[];
  readonly balance: Balance | undefined;
  readonly calls: Calls;
  readonly pruned: Pruned;
  readonly difference: Difference | undefined;
  readonly hasComparison: boolean;
  readonly functions: readonly SourceFunction[];
  readonly locations: readonly Location[];
  readonly processes: readonly Process[];
  readonly threads: readonly Thread[];
  /** False where threads stand for processes: what single threads did is not known. */
  readonly knowsThreads: boolean;
  /** Ranks in order, or processes of a run without MPI; at least one. */
  readonly groups: readonly Group[];
  /** GroupId of each thread. */
  readonly groupOfThread: Uint32Array;
  readonly contexts: Contexts;
  /** Whether any stack crosses the border of worker threads. */
  readonly hasWorkers: boolean;
  /** Of the first metric. */
  readonly values: Values;
  /** Sections that are decoded when a page first asks for them; a damaged one throws DecodeError. */
  readonly valuesOf: (metric: number) => Values;
  readonly callsByRank: () => CallsByRank;
  readonly comparison: () => Comparison | undefined;
  /** Of the earlier run, of which there are no threads; none without a difference. */
  readonly before: () => Values;
  readonly slices: () => Slices;
  readonly moments: () => Moments;
  readonly sources: () => readonly Excerpt[];
}

/** The one process that is none: its thread has the sums of small values over all ranks. */
export const standsForRanks = (process: Process): boolean => process.pid === 0 && process.host === '';

/** Ranks in order, then what is no rank; without MPI each process by itself. */
export function groupProcesses(processes: readonly Process[], ranks: number): Group[] {
  if (ranks === 0) return processes.map((process, index) => ({label: processLabel(process), rank: -1, processes: [index]}));
  const byRank = new Map<number, number[]>();
  processes.forEach((process, index) => {
    const members = byRank.get(process.rank);
    if (members) members.push(index);
    else byRank.set(process.rank, [index]);
  });
  const order = [...byRank.keys()].sort((a, b) => Number(a < 0) - Number(b < 0) || a - b);
  return order.map((rank) => {
    const members = byRank.get(rank) ?? [];
    const sums = members.every((process) => standsForRanks(processes[process] as Process));
    return {label: rank >= 0 ? `rank ${rank}` : sums ? 'sums over ranks' : 'other processes', rank, processes: members};
  });
}

function processLabel(process: Process): string {
  const name = visible(baseName(process.executable));
  return name === '' ? `process ${process.pid}` : `${name} (${process.pid})`;
}
