// The data block of the page (docs/formats/html.md): base64 of gzip of [magic, header length, JSON header, columns].
// The block was written by pyprof but may have been damaged on its way, so every length and index is checked.
import {f64, u32} from './columns.ts';
import {
  type Contexts, domains, type FunctionId, groupProcesses, type Location, type Metric, type Module, type Process,
  type Profile, type Pruned, type Quality, type Run, type SourceFunction, type Thread, type Values,
} from './profile.ts';

export class DecodeError extends Error {}

const magic = 'pyprofh1';
const none = 0xffffffff;

interface Header {
  readonly run: Run;
  readonly quality: Quality;
  readonly metric: Metric;
  readonly pruned: Pruned;
  readonly strings: readonly string[];
  readonly modules: readonly Module[];
  readonly processes: readonly Process[];
  readonly threads: readonly Thread[];
  readonly columns: readonly {readonly name: string; readonly length: number}[];
}

export async function decodeBase64(text: string): Promise<Profile> {
  const packed = bytesOfBase64(text.trim());
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  let block: ArrayBuffer;
  try {
    block = await new Response(stream).arrayBuffer();
  } catch {
    throw new DecodeError('the data block is not whole: the file was cut short or changed');
  }
  return decodeBlock(block);
}

interface Base64Reader {
  fromBase64?: (text: string) => Uint8Array<ArrayBuffer>;
}

function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as unknown as Base64Reader).fromBase64;
  try {
    if (native) return native.call(Uint8Array, text);
    const binary = atob(text);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  } catch {
    throw new DecodeError('the data block is not base64: the file was changed');
  }
}

export function decodeBlock(block: ArrayBuffer): Profile {
  const {header, columns} = readBlock(block);
  const functions = readFunctions(header, columns);
  const locations = readLocations(columns, functions.length);
  const contexts = readContexts(columns, locations.length);
  const threads = header.threads;
  threads.forEach((thread) => require(thread.process < header.processes.length, 'a thread without a process'));
  const groups = groupProcesses(header.processes, header.run.ranks);
  const groupOfProcess = new Map(groups.flatMap((group, id) => group.processes.map((process) => [process, id] as const)));
  return {
    run: header.run,
    quality: header.quality,
    metric: header.metric,
    pruned: header.pruned,
    functions,
    locations,
    processes: header.processes,
    threads,
    groups: groups.length > 0 ? groups : [{label: 'process', processes: []}],
    groupOfThread: Uint32Array.from(threads, (thread) => groupOfProcess.get(thread.process) ?? 0),
    contexts,
    hasWorkers: contexts.location.some((id, context) => context > 0 && isBorder(functions, locations[id])),
    values: readValues(columns, contexts.count, threads.length, header.run.period_ns),
  };
}

type Columns = (name: string) => Uint32Array;

function readBlock(block: ArrayBuffer): {header: Header; columns: Columns} {
  require(block.byteLength >= 12, 'no header');
  const found = new TextDecoder().decode(new Uint8Array(block, 0, 8));
  require(found === magic, `written for another version of this page (${JSON.stringify(found)})`);
  const length = new DataView(block).getUint32(8, true);
  require(length <= block.byteLength - 12, 'the header is longer than the data');
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(block, 12, length))) as Header;
  const byName = new Map<string, Uint32Array>();
  let offset = 12 + length;
  for (const column of header.columns) {
    require(Number.isInteger(column.length) && column.length >= 0, `column ${column.name} has no length`);
    require(offset + 4 * column.length <= block.byteLength, `column ${column.name} is cut short`);
    byName.set(column.name, joinBytes(new Uint8Array(block, offset, 4 * column.length)));
    offset += 4 * column.length;
  }
  const columns = (name: string): Uint32Array => {
    const column = byName.get(name);
    if (!column) throw new DecodeError(`column ${name} is missing`);
    return column;
  };
  return {header, columns};
}

/** The lowest bytes of all numbers stand first, then the second ones, the third, the highest. */
function joinBytes(bytes: Uint8Array): Uint32Array {
  const length = bytes.length / 4;
  const column = new Uint32Array(length);
  for (let plane = 0; plane < 4; plane++) {
    const ofRank = bytes.subarray(plane * length, (plane + 1) * length);
    for (let i = 0; i < length; i++) column[i] = u32(column, i) | ((ofRank[i] as number) << (8 * plane));
  }
  return column;
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
  const [up, location] = table(columns, 'context', ['up', 'location']);
  const count = up.length;
  require(count > 0, 'no root');
  const parent = new Uint32Array(count);
  for (let i = 1; i < count; i++) {
    const distance = u32(up, i);
    if (distance < 1 || distance > i) throw damaged(`context ${i} has no caller`);
    if (u32(location, i) >= locationCount) throw damaged(`context ${i} has no location`);
    parent[i] = i - distance;
  }
  return {count, parent, location};
}

function readValues(columns: Columns, contextCount: number, threadCount: number, period: number): Values {
  const names = ['step', 'thread', 'samples', 'extra_low', 'extra_high'] as const;
  const [step, thread, samples, low, high] = table(columns, 'value', names);
  requireBelow(thread, threadCount, 'a value without a thread');
  const context = new Uint32Array(step.length);
  const weight = new Float64Array(step.length);
  let current = 0;
  for (let i = 0; i < step.length; i++) {
    current += u32(step, i);
    if (current >= contextCount) throw damaged(`value ${i} has no context`);
    context[i] = current;
    weight[i] = u32(samples, i) * period + (u32(high, i) | 0) * 2 ** 32 + u32(low, i);
    if (f64(weight, i) < 0) throw damaged(`value ${i} is negative`);
  }
  return {count: step.length, context, thread, samples, weight};
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

function require(condition: boolean, what: string): void {
  if (!condition) throw damaged(what);
}

function damaged(what: string): DecodeError {
  return new DecodeError(`the data block is damaged: ${what}`);
}
