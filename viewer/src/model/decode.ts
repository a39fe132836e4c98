// A profile from the data block of the page (docs/formats/html.md). Every length and index is checked; what only some
// pages show is decoded when they ask.
import {type Block, readBlock, unpack} from './block.ts';
import {checked, optional} from './checked.ts';
import {readComparison} from './comparison.ts';
import {f64, starts, u32} from './columns.ts';
import {damaged, DecodeError, require} from './decode_error.ts';
import {
  type Balance, type Calls, type CallsByRank, categories, type Contexts, type Difference, domains, type Excerpt, type FunctionId, groupProcesses,
  type Location, type Metric, type Module, type Moments, type Opening, type Process, type Profile, type Pruned, type Quality, type Ratio, type Run,
  sliceCategories, type Slices, type SourceFunction, type Thread, type Values,
} from './profile.ts';

export {DecodeError};

const none = 0xffffffff;

interface Header {
  readonly run: Run;
  readonly quality: Quality;
  readonly metric: Metric;
  readonly measures: readonly Metric[];
  readonly ratios: readonly Ratio[];
  readonly unmeasured: readonly string[];
  readonly libraries: readonly string[];
  readonly findings: readonly string[];
  readonly opening: Opening | undefined;
  readonly balance: Balance | undefined;
  readonly calls: Calls;
  readonly pruned: Pruned;
  readonly difference: Difference | undefined;
  readonly strings: readonly string[];
  readonly modules: readonly Module[];
  readonly processes: readonly Process[];
  readonly threads: readonly Thread[];
}

const metric: Metric = {name: '', unit: ''};
const side = {name: '', factor: 0, unit: 0, workers: 0};

/** What a header looks like. */
const example: Header = {
  run: {
    command: [''], script: '', ranks: 0, hosts: [''], started_realtime_ms: 0, wall_ns: 0, cpu_ns: 0, mode: '', rate_hz: 0,
    period_ns: 0, pythons: [''], mpi: '', version: '', notes: [''], engine: '', counters: [''],
    moment_unit_ns: optional(0),
  },
  quality: {
    samples: 0, expected: 0, rate_delivered_hz: 0, cpu_covered: 0, wall_covered: 0, lost: [{cause: '', count: 0}], unwind_complete: 0,
    unwind_fallback: 0, unwind_truncated: 0, merge_exact: 0, merge_inexact: 0, merge_none: 0, unresolved_native: 0,
    native: 0, handler_ns: 0, handler_median_ns: 0, handler_p99_ns: 0, handler_max_ns: 0, damaged_bytes: 0,
  },
  metric,
  measures: [metric],
  ratios: [{name: '', unit: '', numerator: 0, denominator: 0, scale: 0}],
  unmeasured: [''],
  libraries: [''],
  findings: [''],
  opening: optional({rank: optional(0), metric: optional('')}),
  balance: optional({
    from: '', parallel: 0, load: 0, communication: 0, serialisation: optional(0), transfer: optional(0), elapsed_ns: 0, lost_to_imbalance_ns: 0,
    lost_to_communication_ns: 0, ranks: [{rank: 0, useful_ns: 0, in_mpi_ns: 0}],
  }),
  calls: {
    ranks: [0],
    time_of_ranks_ns: 0,
    rows: [{
      call: '', function: optional(''), file: optional(''), line: optional(0), time_ns: 0, samples: 0,
      time_ranks: optional({min: 0, mean: 0, max: 0, argmax: 0}),
      counted: optional({
        kind: '', count: 0, bytes: 0, shortest_ns: 0, longest_ns: 0, wait_ns: 0, waiting: '', latest_rank: 0,
        wait_state: optional(''),
      }),
    }],
  },
  pruned: {contexts: 0, weight: 0},
  difference: optional({
    before: side, after: side, period_ns: 0, is_share: true, is_by_rank: true, facts: [''], legend: [''],
  }),
  strings: [''],
  modules: [{path: '', build_id: '', version: '', names_from: ''}],
  processes: [{
    rank: 0, pid: 0, host: '', executable: '', python: '', python_message: '', state: '', wall_ns: 0, cpu_ns: 0,
    run_delay_ns: 0, max_rss_bytes: 0, begin_ns: 0, slice_width_ns: 0, slices: 0,
    moments: optional(0), moment_stride_ns: optional(0),
  }],
  threads: [{process: 0, tid: 0, name: '', is_python: true, folded: 0, summed_ns: 0, summed_mpi_ns: 0}],
};

export async function decodeBase64(text: string): Promise<Profile> {
  return decodeBlock(await unpack(text));
}

export function decodeBlock(bytes: ArrayBuffer): Profile {
  const block = readBlock(bytes);
  const header = checked(block.header as unknown as Header, example, 'header');
  const columns = block.column;
  const functions = readFunctions(header, columns);
  const locations = readLocations(columns, functions.length);
  const contexts = readContexts(columns, locations.length);
  const {threads} = header;
  threads.forEach((thread) => require(Number.isInteger(thread.process) && thread.process >= 0 &&
    thread.process < header.processes.length, 'a thread without a process'));
  const groups = groupProcesses(header.processes, header.run.ranks);
  const groupOfProcess = new Map(groups.flatMap((group, id) => group.processes.map((process) => [process, id] as const)));
  const metrics = [header.metric, ...header.measures] as const;
  header.ratios.forEach((ratio) => require(ratio.numerator in metrics && ratio.denominator in metrics, 'a ratio of nothing'));
  const values = readValues(columns, contexts.count, threads.length, header.run.period_ns);
  return {
    ...header,
    balance: header.balance ?? undefined,
    opening: header.opening ?? undefined,
    difference: header.difference ?? undefined,
    hasComparison: hasSection(block.header['comparison']),
    metrics,
    functions,
    locations,
    knowsThreads: true,
    groups: groups.length > 0 ? groups : [{label: 'process', rank: -1, processes: []}],
    groupOfThread: Uint32Array.from(threads, (thread) => groupOfProcess.get(thread.process) ?? 0),
    contexts,
    hasWorkers: contexts.location.some((id, context) => context > 0 && isBorder(functions, locations[id])),
    values,
    valuesOf: remembered((id) => (id === 0 ? values : readMeasure(columns, id - 1, contexts.count, threads.length))),
    callsByRank: once(() => readCallsByRank(columns, header.calls)),
    comparison: once(() => {
      const section = block.header['comparison'];
      return hasSection(section) ? readComparison(section, functions.length) : undefined;
    }),
    before: once(() => readBefore(columns, contexts.count, header.difference)),
    slices: once(() => readSlices(columns, header.processes)),
    moments: once(() => readMoments(columns, header, contexts.count)),
    sources: once(() => readSources(block)),
  };
}

const hasSection = (section: unknown): boolean => section !== undefined && section !== null;

type Columns = Block['column'];

function once<T>(make: () => T): () => T {
  const find = remembered(make);
  return () => find(0);
}

function remembered<T>(make: (key: number) => T): (key: number) => T {
  const made = new Map<number, T>();
  return (key) => {
    const found = made.get(key) ?? make(key);
    made.set(key, found);
    return found;
  };
}

function readFunctions(header: Header, columns: Columns): SourceFunction[] {
  const [name, file, line, module, flags] = table(columns, 'function', ['name', 'file', 'line', 'module', 'flags']);
  const text = (index: number): string => {
    const found = header.strings[index];
    if (found === undefined) throw new DecodeError('a name is missing');
    return found;
  };
  return Array.from(name, (nameIndex, i): SourceFunction => {
    const bits = u32(flags, i);
    const domain = domains[bits & 0xff];
    if (!domain) throw new DecodeError(`function ${i} has no domain`);
    const moduleIndex = u32(module, i);
    require(moduleIndex === none || moduleIndex < header.modules.length, `function ${i} has no module`);
    return {
      name: text(nameIndex),
      file: text(u32(file, i)),
      firstLine: u32(line, i),
      module: moduleIndex === none ? undefined : header.modules[moduleIndex],
      domain,
      machinery: (bits & 0x100) !== 0,
      named: (bits & 0x200) !== 0,
      workers: (bits & 0x400) !== 0,
    };
  });
}

function readLocations(columns: Columns, functionCount: number): Location[] {
  const [fn, line, flags] = table(columns, 'location', ['function', 'line', 'flags']);
  requireBelow(fn, functionCount, 'a location without a function');
  return Array.from(fn, (id, i): Location => ({
    function: id as FunctionId,
    line: u32(line, i),
    inlined: (u32(flags, i) & 1) !== 0,
    guessed: (u32(flags, i) & 2) !== 0,
  }));
}

function isBorder(functions: readonly SourceFunction[], location: Location | undefined): boolean {
  return location !== undefined && functions[location.function]?.workers === true;
}

function readContexts(columns: Columns, locationCount: number): Contexts {
  const [up, location, use] = table(columns, 'context', ['up', 'location', 'use']);
  const count = up.length;
  require(count > 0, 'no root');
  const parent = new Uint32Array(count);
  for (let i = 1; i < count; i++) {
    const distance = u32(up, i);
    if (distance < 1 || distance > i) throw damaged(`context ${i} has no caller`);
    if (u32(location, i) >= locationCount) throw damaged(`context ${i} has no location`);
    parent[i] = i - distance;
  }
  const known = categories.length;
  for (let i = 0; i < count; i++) {
    if ((u32(use, i) & 0xf) >= known || ((u32(use, i) >>> 4) & 0xf) >= known) throw damaged(`context ${i} has no category`);
  }
  return {count, parent, location, use};
}

function readValues(columns: Columns, contextCount: number, threadCount: number, period: number): Values {
  const names = ['step', 'thread', 'samples', 'extra_low', 'extra_high'] as const;
  const [step, thread, samples, low, high] = table(columns, 'value', names);
  requireBelow(thread, threadCount, 'a value without a thread');
  const weight = weightsOf(samples, low, high, period);
  return {count: step.length, context: summed(step, contextCount), thread, samples, weight};
}

/** What the weights have beyond samples × period is 64 bits in two's complement. */
function weightsOf(samples: Uint32Array, low: Uint32Array, high: Uint32Array, period: number): Float64Array {
  const weight = new Float64Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    weight[i] = u32(samples, i) * period + (u32(high, i) | 0) * 2 ** 32 + u32(low, i);
    if (f64(weight, i) < 0) throw damaged(`value ${i} is negative`);
  }
  return weight;
}

function readBefore(columns: Columns, contextCount: number, difference: Difference | undefined | null): Values {
  if (!difference) return {count: 0, context: new Uint32Array(), thread: new Uint32Array(), samples: new Uint32Array(), weight: new Float64Array()};
  const [step, samples, low, high] = table(columns, 'before', ['step', 'samples', 'extra_low', 'extra_high']);
  const weight = weightsOf(samples, low, high, difference.period_ns);
  return {count: step.length, context: summed(step, contextCount), thread: new Uint32Array(step.length), samples, weight};
}

/** What a counter counted has no samples of its own. */
function readMeasure(columns: Columns, measure: number, contextCount: number, threadCount: number): Values {
  const names = ['step', 'thread', 'weight_low', 'weight_high'] as const;
  const [step, thread, low, high] = table(columns, `measure${measure}`, names);
  requireBelow(thread, threadCount, 'a value without a thread');
  const count = step.length;
  return {count, context: summed(step, contextCount), thread, samples: new Uint32Array(count), weight: wide(low, high)};
}

function summed(step: Uint32Array, contextCount: number): Uint32Array {
  const context = new Uint32Array(step.length);
  let current = 0;
  for (let i = 0; i < step.length; i++) {
    current += u32(step, i);
    if (current >= contextCount) throw damaged(`value ${i} has no context`);
    context[i] = current;
  }
  return context;
}

const wide = (low: Uint32Array, high: Uint32Array): Float64Array =>
  Float64Array.from(low, (value, i) => u32(high, i) * 2 ** 32 + value);

function readCallsByRank(columns: Columns, calls: Calls): CallsByRank {
  const [timeLow, timeHigh, waitLow, waitHigh] =
    table(columns, 'mpi', ['time_low', 'time_high', 'wait_low', 'wait_high']);
  const ranks = calls.ranks.length;
  const rows = ranks === 0 ? 0 : timeLow.length / ranks;
  require(Number.isInteger(rows) && rows <= calls.rows.length, 'times of calls are not those of ranks');
  return {rows, time: wide(timeLow, timeHigh), wait: wide(waitLow, waitHigh)};
}

function readSlices(columns: Columns, processes: readonly Process[]): Slices {
  for (const {slices, begin_ns: begin, slice_width_ns: width} of processes) {
    require(Number.isInteger(slices) && slices >= 0 && slices < 2 ** 32, 'time slices without a number');
    require(slices === 0 || (begin >= 0 && width >= 1 && begin + slices * width < 2 ** 63), 'time slices without a place');
  }
  const samples = table(columns, 'slice', sliceCategories);
  const first = starts(Uint32Array.from(processes, (process) => process.slices));
  const all = processes.reduce((sum, process) => sum + process.slices, 0);
  require(samples[0].length === all, 'time slices are not those of processes');
  return {first, samples};
}

function readMoments(columns: Columns, {run, processes}: Header, contextCount: number): Moments {
  const unit = run.moment_unit_ns ?? 0;
  require(unit >= 1 && Number.isInteger(Math.log2(unit)), 'moments without a unit of time');
  for (const {moments = 0, moment_stride_ns: stride = 0} of processes) {
    require(Number.isInteger(moments) && moments >= 0 && moments < 2 ** 32, 'moments without a number');
    require(moments === 0 || (stride >= 1 && stride < 2 ** 63), 'moments without a weight');
  }
  const [time, context] = table(columns, 'moment', ['time', 'node']);
  const all = processes.reduce((sum, {moments = 0}) => sum + moments, 0);
  require(time.length === all, 'moments are not those of processes');
  requireBelow(context, contextCount, 'a moment without a context');
  const first = starts(Uint32Array.from(processes, ({moments = 0}) => moments));
  processes.forEach((_, process) => {
    for (let i = u32(first, process) + 1; i < u32(first, process + 1); i++)
      require(u32(time, i - 1) <= u32(time, i), 'moments are not in order of time');
  });
  return {first, time, context};
}

function readSources(block: Block): Excerpt[] {
  const excerpts = checked(block.sources() as Excerpt[], [{file: '', first_line: 0, lines: [''], newer: optional(true)}], 'source text');
  excerpts.forEach((excerpt) => require(Number.isInteger(excerpt.first_line) && excerpt.first_line > 0, 'source text without a line'));
  return excerpts;
}

/** Columns `prefix.name`, all of one length. */
function table<const Names extends readonly string[]>(
  columns: Columns, prefix: string, names: Names,
): {[Name in keyof Names]: Uint32Array} {
  const found = names.map((name) => columns(`${prefix}.${name}`));
  require(found.every((column) => column.length === found[0]?.length), `columns of ${prefix} differ in length`);
  return found as {[Name in keyof Names]: Uint32Array};
}

function requireBelow(column: Uint32Array, limit: number, what: string): void {
  for (let i = 0; i < column.length; i++) require(u32(column, i) < limit, what);
}
