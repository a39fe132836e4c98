// A second, plain writer of the data block, for tests: what src/formats/html.cpp writes, from a list of stacks.
import {gzipSync} from 'node:zlib';
import {
  type Balance, type Calls, categories, type Category, type Difference, domains, type Domain, type Excerpt, type Opening, type Process, type Quality,
  type Ratio, type Run, sliceCategories, type Thread,
} from '../../src/model/profile.ts';

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

export interface TestMeasure {
  readonly name: string;
  readonly unit: string;
  readonly perSample: number;
}

export interface TestProfile {
  readonly functions: readonly TestFunction[];
  readonly modules?: readonly string[];
  readonly stacks: readonly TestStack[];
  readonly processes?: readonly Partial<Process>[];
  readonly threads?: readonly Partial<Thread>[];
  readonly run?: Partial<Run>;
  readonly quality?: Partial<Quality>;
  readonly measures?: readonly TestMeasure[];
  readonly ratios?: readonly Ratio[];
  readonly findings?: readonly string[];
  readonly opening?: Opening;
  readonly balance?: Balance;
  readonly calls?: Calls;
  /** Nanoseconds in calls and waiting in them: row × ranks + place of the rank. */
  readonly callsByRank?: {readonly time: readonly number[]; readonly wait: readonly number[]};
  readonly sources?: readonly Excerpt[];
  /** As `compare --html` writes it. */
  readonly comparison?: object;
  /** An earlier run, and its stacks. */
  readonly difference?: Difference;
  readonly before?: readonly TestStack[];
  /** Of each process its time slices: samples by category. */
  readonly slices?: readonly (readonly (readonly number[])[])[];
  /** Of each process, in order of time. */
  readonly moments?: readonly (readonly TestMoment[])[];
}

/** When, in units of `run.moment_unit_ns`, and which of the profile's stacks. */
export type TestMoment = readonly [time: number, stack: number];

export const period = 10_000_000;
const none = 0xffffffff;

const quietRun: Run = {
  command: ['python3', 'app.py'], script: 'app.py', ranks: 0, hosts: ['node01'], started_realtime_ms: 0, wall_ns: 1e9,
  cpu_ns: 1e9, mode: 'cpu', rate_hz: 100, period_ns: period, pythons: ['3.11.2'], mpi: '', version: '0.1.0', notes: [],
  engine: 'cpu', counters: [],
};

const quietQuality: Quality = {
  samples: 0, expected: 0, rate_delivered_hz: 100, cpu_covered: 1, wall_covered: 0, lost: [], unwind_complete: 0, unwind_fallback: 0,
  unwind_truncated: 0, merge_exact: 0, merge_inexact: 0, merge_none: 0, unresolved_native: 0, native: 0, handler_ns: 0,
  handler_median_ns: 0, handler_p99_ns: 0, handler_max_ns: 0, damaged_bytes: 0,
};

const quietProcess: Process = {
  rank: -1, pid: 100, host: 'node01', executable: '/usr/bin/python3', python: '3.11.2', python_message: '', state: 'exited',
  wall_ns: 1e9, cpu_ns: 1e9, run_delay_ns: 0, max_rss_bytes: 1 << 26, begin_ns: 0, slice_width_ns: 1 << 27, slices: 0,
};

const quietThread: Thread = {process: 0, tid: 100, name: 'python3', is_python: true, folded: 0, summed_ns: 0, summed_mpi_ns: 0};

export type ColumnList = [name: string, values: readonly number[]][];

export function encode(profile: TestProfile): ArrayBuffer {
  const {header, columns} = describe(profile);
  return pack(header, columns, profile.sources);
}

export function encodeBase64(profile: TestProfile): string {
  return gzipSync(new Uint8Array(encode(profile))).toString('base64');
}

export function pack(header: object, columns: ColumnList, sources: readonly Excerpt[] = []): ArrayBuffer {
  const lengths = columns.map(([name, values]) => ({name, length: values.length}));
  const text = new TextEncoder().encode(JSON.stringify(sources));
  const json = new TextEncoder().encode(JSON.stringify({...header, columns: lengths, sources_bytes: text.length}));
  const numbers = columns.reduce((sum, [, values]) => sum + values.length, 0);
  const block = new ArrayBuffer(12 + json.length + 4 * numbers + text.length);
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
  bytes.set(text, offset);
  return block;
}

export function describe(profile: TestProfile): {header: object; columns: ColumnList} {
  const run = {...quietRun, ...profile.run};
  const tree = new StackTree(profile, run.period_ns);
  profile.stacks.forEach((stack) => tree.add(stack));
  profile.before?.forEach((stack) => tree.addBefore(stack));
  const modules = (profile.modules ?? []).map((path) => ({path, build_id: '', version: '', names_from: '.symtab'}));
  const strings = profile.functions.flatMap((fn) => [fn.name, fn.file ?? '']);
  const header = {
    run,
    quality: {...quietQuality, ...profile.quality},
    metric: {name: 'cpu', unit: 'nanoseconds'},
    measures: (profile.measures ?? []).map(({name, unit}) => ({name, unit})),
    ratios: profile.ratios ?? [],
    unmeasured: run.mode === 'wall' ? [] : ['io', 'gil', 'idle'],
    libraries: ['CPython 3.11.2', 'OpenBLAS 0.3.21 (3 threads)'],
    findings: profile.findings ?? [],
    opening: profile.opening ?? {rank: null, metric: ''},
    balance: profile.balance ?? null,
    calls: profile.calls ?? {ranks: [], time_of_ranks_ns: 0, rows: []},
    pruned: {contexts: 0, weight: 0},
    ...(profile.comparison ? {comparison: profile.comparison} : {}),
    ...(profile.difference ? {difference: profile.difference} : {}),
    strings,
    modules,
    processes: (profile.processes ?? [{}]).map((process, id) => ({
      ...quietProcess, slices: profile.slices?.[id]?.length ?? 0,
      ...(profile.moments ? {moments: profile.moments[id]?.length ?? 0, moment_stride_ns: run.period_ns} : {}), ...process,
    })),
    threads: (profile.threads ?? [{}]).map((thread) => ({...quietThread, ...thread})),
  };
  return {header, columns: [...functionColumns(profile.functions), ...tree.columns(), ...callColumns(profile), ...sliceColumns(profile), ...momentColumns(profile, tree)]};
}

function callColumns({callsByRank = {time: [], wait: []}}: TestProfile): ColumnList {
  return [...wide('mpi.time', callsByRank.time), ...wide('mpi.wait', callsByRank.wait)];
}

function sliceColumns({slices = []}: TestProfile): ColumnList {
  return sliceCategories.map((category, kind) => [`slice.${category}`, slices.flat().map((samples) => samples[kind] ?? 0)]);
}

function momentColumns({moments}: TestProfile, tree: StackTree): ColumnList {
  if (!moments) return [];
  const contexts = tree.contextsOfStacks();
  return [['moment.time', moments.flat().map(([time]) => time)], ['moment.node', moments.flat().map(([, stack]) => contexts[stack] ?? 0)]];
}

function wide(name: string, values: readonly number[]): ColumnList {
  return [
    [`${name}_low`, values.map((value) => value >>> 0)], [`${name}_high`, values.map((value) => Math.floor(value / 2 ** 32) >>> 0)],
  ];
}

/** As src/profile/categories.cpp tells them, from the frames of one stack. */
function useOf(frames: readonly TestFunction[], modules: readonly string[] = []): number {
  const python = frames.findLastIndex((fn) => (fn.domain ?? 'python') === 'python');
  const below = frames.slice(python + 1);
  const waits: Readonly<Record<string, Category>> = {'[waits for GIL]': 'gil', '[waits for I/O]': 'io', '[sleeps]': 'idle'};
  const wait = below.find((fn) => fn.domain === 'os' && fn.name in waits);
  const activity: Category = below.some((fn) => fn.domain === 'mpi') ? 'mpi' : wait ? (waits[wait.name] ?? 'other')
    : frames.length === 0 ? 'other' : below.every((fn) => fn.machinery) ? 'python' : 'native';
  const importing = frames.some((fn) => fn.file === '<frozen importlib._bootstrap>') && (activity === 'python' || activity === 'native');
  const leaf = frames.at(-1);
  const kernel = leaf && (leaf.domain === 'native' || leaf.domain === 'jit') && !leaf.machinery && activity !== 'mpi' &&
    !modules[leaf.module ?? -1]?.includes('libpython');
  return categories.indexOf(activity) + (categories.indexOf(importing ? 'import' : activity) << 4) + (kernel ? 0x100 : 0);
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

interface TestContext {
  readonly id: number;
  readonly parent: number;
  readonly location: number;
  readonly use: number;
}

interface TestValue {
  readonly context: number;
  readonly thread: number;
  readonly samples: number;
  readonly extra: number;
}

/** Made with maps: slow and plain. */
class StackTree {
  private readonly locations = new Map<string, {id: number; fn: number; line: number}>();
  private readonly contexts = new Map<string, TestContext>();
  private readonly values: TestValue[] = [];
  private readonly valuesBefore: TestValue[] = [];

  constructor(private readonly profile: TestProfile, private readonly periodOfRun: number) {}

  add(stack: TestStack): void {
    this.values.push(this.valueOf(stack, this.periodOfRun));
  }

  addBefore(stack: TestStack): void {
    this.valuesBefore.push(this.valueOf(stack, this.profile.difference?.period_ns ?? period));
  }

  private valueOf(stack: TestStack, periodOfRun: number): TestValue {
    let path = '';
    let context = 0;
    const frames: TestFunction[] = [];
    for (const [fn, line = 0] of stack.frames) {
      frames.push(this.profile.functions[fn] ?? {name: ''});
      const location = find(this.locations, `${fn}:${line}`, (id) => ({id, fn, line})).id;
      path += `/${location}`;
      const parent = context;
      context = find(this.contexts, path, (index) => ({id: index + 1, parent, location, use: useOf(frames, this.profile.modules)})).id;
    }
    const expected = stack.samples * periodOfRun;
    const extra = (stack.weight ?? expected) - expected;
    return {context, thread: stack.thread ?? 0, samples: stack.samples, extra};
  }

  /** By the order in which stacks were added. */
  contextsOfStacks(): number[] {
    const place = new Map(inPreorder([...this.contexts.values()]).map((context, i) => [context.id, i + 1]));
    return this.values.map((value) => place.get(value.context) ?? 0);
  }

  columns(): ColumnList {
    const locations = [...this.locations.values()];
    const contexts = inPreorder([...this.contexts.values()]);
    const place = new Map(contexts.map((context, i) => [context.id, i + 1]));
    const inOrder = (list: readonly TestValue[]): TestValue[] =>
      list
        .map((value) => ({...value, context: place.get(value.context) ?? 0}))
        .sort((a, b) => a.context - b.context || a.thread - b.thread);
    const values = inOrder(this.values);
    return [
      ['location.function', locations.map((location) => location.fn)],
      ['location.line', locations.map((location) => location.line)],
      ['location.flags', locations.map(() => 0)],
      ['context.up', [0, ...contexts.map((context, i) => i + 1 - (place.get(context.parent) ?? 0))]],
      ['context.location', [0, ...contexts.map((context) => context.location)]],
      ['context.use', [useOf([]), ...contexts.map((context) => context.use)]],
      ['value.step', values.map((value, i) => value.context - (values[i - 1]?.context ?? 0))],
      ['value.thread', values.map((value) => value.thread)],
      ['value.samples', values.map((value) => value.samples)],
      ...wide('value.extra', values.map((value) => value.extra)),
      ...(this.profile.difference ? beforeColumns(inOrder(this.valuesBefore)) : []),
      ...(this.profile.measures ?? []).flatMap(({perSample}, i): ColumnList => [
        [`measure${i}.step`, values.map((value, row) => value.context - (values[row - 1]?.context ?? 0))],
        [`measure${i}.thread`, values.map((value) => value.thread)],
        ...wide(`measure${i}.weight`, values.map((value) => value.samples * perSample)),
      ]),
    ];
  }
}

function beforeColumns(values: readonly TestValue[]): ColumnList {
  return [
    ['before.step', values.map((value, i) => value.context - (values[i - 1]?.context ?? 0))],
    ['before.samples', values.map((value) => value.samples)],
    ...wide('before.extra', values.map((value) => value.extra)),
  ];
}

/** Siblings stay in their order; the root is not among them. */
function inPreorder(contexts: readonly TestContext[]): TestContext[] {
  const children = new Map<number, TestContext[]>();
  for (const context of contexts) children.set(context.parent, [...(children.get(context.parent) ?? []), context]);
  const pending = [...(children.get(0) ?? [])].reverse();
  const ordered: TestContext[] = [];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    ordered.push(next);
    pending.push(...[...(children.get(next.id) ?? [])].reverse());
  }
  return ordered;
}

function find<T>(map: Map<string, T>, key: string, make: (index: number) => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make(map.size);
  map.set(key, made);
  return made;
}
