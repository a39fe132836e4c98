// A second, plain writer of the data block, for tests: what src/formats/html.cpp writes, from a list of stacks.
import {gzipSync} from 'node:zlib';
import {domains, type Domain, type Process, type Quality, type Run, type Thread} from '../../src/model/profile.ts';

export interface TestFunction {
  readonly name: string;
  readonly domain?: Domain;
  readonly file?: string;
  readonly line?: number;
  readonly module?: number;
  readonly machinery?: boolean;
  readonly workers?: boolean;
}

/** A frame: index of a function, and the line within it. */
export type TestFrame = readonly [fn: number, line?: number];

/** Outermost frame first. */
export interface TestStack {
  readonly frames: readonly TestFrame[];
  readonly thread?: number;
  readonly samples: number;
  /** Nanoseconds; by default samples × period. */
  readonly weight?: number;
}

export interface TestProfile {
  readonly functions: readonly TestFunction[];
  readonly modules?: readonly string[];
  readonly stacks: readonly TestStack[];
  readonly processes?: readonly Partial<Process>[];
  readonly threads?: readonly Partial<Thread>[];
  readonly run?: Partial<Run>;
  readonly quality?: Partial<Quality>;
}

export const period = 10_000_000;
const none = 0xffffffff;

const quietRun: Run = {
  command: ['python3', 'app.py'], script: 'app.py', ranks: 0, hosts: ['node01'], started_realtime_ms: 0, wall_ns: 1e9,
  cpu_ns: 1e9, mode: 'cpu', rate_hz: 100, period_ns: period, pythons: ['3.11.2'], mpi: '', version: '0.1.0', notes: [],
};

const quietQuality: Quality = {
  samples: 0, expected: 0, rate_delivered_hz: 100, cpu_covered: 1, lost: [], unwind_complete: 0, unwind_fallback: 0,
  unwind_truncated: 0, merge_exact: 0, merge_inexact: 0, merge_none: 0, unresolved_native: 0, native: 0, handler_ns: 0,
  handler_median_ns: 0, handler_p99_ns: 0, handler_max_ns: 0, damaged_bytes: 0,
};

const quietProcess: Process = {
  rank: -1, pid: 100, host: 'node01', executable: '/usr/bin/python3', python: '3.11.2', python_message: '', state: 'exited',
  wall_ns: 1e9, cpu_ns: 1e9,
};

const quietThread: Thread = {process: 0, tid: 100, name: 'python3', is_python: true, folded: 0};

export type ColumnList = [name: string, values: readonly number[]][];

export function encode(profile: TestProfile): ArrayBuffer {
  const {header, columns} = describe(profile);
  return pack(header, columns);
}

export function encodeBase64(profile: TestProfile): string {
  return gzipSync(new Uint8Array(encode(profile))).toString('base64');
}

export function pack(header: object, columns: ColumnList): ArrayBuffer {
  const lengths = columns.map(([name, values]) => ({name, length: values.length}));
  const json = new TextEncoder().encode(JSON.stringify({...header, columns: lengths}));
  const block = new ArrayBuffer(12 + json.length + 4 * columns.reduce((sum, [, values]) => sum + values.length, 0));
  const bytes = new Uint8Array(block);
  bytes.set(new TextEncoder().encode('pyprofh1'));
  new DataView(block).setUint32(8, json.length, true);
  bytes.set(json, 12);
  let offset = 12 + json.length;
  for (const [, values] of columns) {
    for (const shift of [0, 8, 16, 24]) {
      bytes.set(values.map((value) => (value >>> shift) & 0xff), offset);
      offset += values.length;
    }
  }
  return block;
}

export function describe(profile: TestProfile): {header: object; columns: ColumnList} {
  const run = {...quietRun, ...profile.run};
  const tree = new StackTree(run.period_ns);
  profile.stacks.forEach((stack) => tree.add(stack));
  const modules = (profile.modules ?? []).map((path) => ({path, build_id: '', version: '', names_from: '.symtab'}));
  const strings = profile.functions.flatMap((fn) => [fn.name, fn.file ?? '']);
  const header = {
    run,
    quality: {...quietQuality, ...profile.quality},
    metric: {name: 'cpu', unit: 'nanoseconds'},
    pruned: {contexts: 0, weight: 0},
    strings,
    modules,
    processes: (profile.processes ?? [{}]).map((process) => ({...quietProcess, ...process})),
    threads: (profile.threads ?? [{}]).map((thread) => ({...quietThread, ...thread})),
  };
  return {header, columns: [...functionColumns(profile.functions), ...tree.columns()]};
}

function functionColumns(functions: readonly TestFunction[]): ColumnList {
  const flags = (fn: TestFunction): number => domains.indexOf(fn.domain ?? 'python') + (fn.machinery ? 0x100 : 0) + 0x200 +
    (fn.workers ? 0x400 : 0);
  return [
    ['function.name', functions.map((_, i) => 2 * i)],
    ['function.file', functions.map((_, i) => 2 * i + 1)],
    ['function.line', functions.map((fn) => fn.line ?? 0)],
    ['function.module', functions.map((fn) => fn.module ?? none)],
    ['function.flags', functions.map(flags)],
  ];
}

/** Contexts in order of appearance, made with maps: slow and plain. */
class StackTree {
  private readonly locations = new Map<string, {id: number; fn: number; line: number}>();
  private readonly contexts = new Map<string, {id: number; up: number; location: number}>();
  private readonly values: {context: number; thread: number; samples: number; extra: number}[] = [];

  constructor(private readonly periodOfRun: number) {}

  add(stack: TestStack): void {
    let path = '';
    let context = 0;
    for (const [fn, line = 0] of stack.frames) {
      const location = find(this.locations, `${fn}:${line}`, (id) => ({id, fn, line})).id;
      path += `/${location}`;
      const parent = context;
      context = find(this.contexts, path, (index) => ({id: index + 1, up: index + 1 - parent, location})).id;
    }
    const expected = stack.samples * this.periodOfRun;
    const extra = (stack.weight ?? expected) - expected;
    this.values.push({context, thread: stack.thread ?? 0, samples: stack.samples, extra});
  }

  columns(): ColumnList {
    const locations = [...this.locations.values()];
    const contexts = [...this.contexts.values()];
    const values = [...this.values].sort((a, b) => a.context - b.context || a.thread - b.thread);
    return [
      ['location.function', locations.map((location) => location.fn)],
      ['location.line', locations.map((location) => location.line)],
      ['location.flags', locations.map(() => 0)],
      ['context.up', [0, ...contexts.map((context) => context.up)]],
      ['context.location', [0, ...contexts.map((context) => context.location)]],
      ['value.step', values.map((value, i) => value.context - (values[i - 1]?.context ?? 0))],
      ['value.thread', values.map((value) => value.thread)],
      ['value.samples', values.map((value) => value.samples)],
      ['value.extra_low', values.map((value) => value.extra >>> 0)],
      ['value.extra_high', values.map((value) => Math.floor(value.extra / 2 ** 32) >>> 0)],
    ];
  }
}

function find<T>(map: Map<string, T>, key: string, make: (index: number) => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make(map.size);
  map.set(key, made);
  return made;
}
