// What the lines of one source file cost.
import {f64, u32} from './columns.ts';
import {categories, type ContextId, type FunctionId, type GroupId, type Profile, type Values} from './profile.ts';
import {ownWeights} from './own.ts';
import {type Merged, mergeContexts} from './merge.ts';
import {onceForContexts} from './remembered.ts';
import {everything, type Selection, type Workers} from './selection.ts';
import {activityOf, isKernels, shownContexts} from './shown.ts';
import {comparedGroups, type Imbalance, imbalanceOf} from './imbalance.ts';
import {type CallTree, callTree, type NodeId, root, selectedThreads} from './tree.ts';
import {type RowsByNode, rowsByNode} from './spread.ts';

export interface SourceFile {
  readonly file: string;
  /** The first of its functions that has a context: names the file in a URL. */
  readonly function: FunctionId;
  /** What its lines have of their own (own.ts). */
  readonly own: number;
}

export interface LineKernel {
  readonly function: FunctionId;
  readonly weight: number;
}

export interface SourceLine {
  readonly line: number;
  /** own.ts */
  readonly own: number;
  /** Recursion counts once. */
  readonly total: number;
  readonly samples: number;
  /** The total by activity, in the order of `categories`. */
  readonly split: Float64Array;
  /** The total of each of the profile's metrics. */
  readonly figures: readonly number[];
  /** The total on each of the compared groups. */
  readonly ranks: Imbalance;
  /** Most first. */
  readonly kernels: readonly LineKernel[];
  /** The context that holds most of the total, of all ranks. */
  readonly heaviest: ContextId;
}

/** The tree by lines of all ranks, without machinery and transforms. */
export function lineTree(profile: Profile, {metric, workers}: Pick<Selection, 'metric' | 'workers'>): CallTree {
  return callTree(profile, {...everything, metric, workers, granularity: 'line'}, mergedByLine[workers](profile));
}

const byLine = (workers: Workers) =>
  onceForContexts((profile): Merged => mergeContexts(profile, {...everything, workers, granularity: 'line'}));
const mergedByLine: Readonly<Record<Workers, (profile: Profile) => Merged>> = {joined: byLine('joined'), apart: byLine('apart')};

/** Files whose functions have lines, those with most of their own first. */
export function sourceFiles(profile: Profile, selection: Selection): SourceFile[] {
  const own = ownWeights(profile, selection);
  const {files, ofContext} = filesOfContexts(profile);
  const sums = new Float64Array(files.length);
  for (let i = 1; i < own.length; i++) sums[u32(ofContext, i)] = f64(sums, u32(ofContext, i)) + f64(own, i);
  return files
    .map((file, id) => ({...file, own: f64(sums, id)}))
    .filter(({file}) => file !== '')
    .sort((a, b) => b.own - a.own || (a.file < b.file ? -1 : 1));
}

interface Files {
  /** The first one stands for contexts without a known line. */
  readonly files: readonly Omit<SourceFile, 'own'>[];
  readonly ofContext: Uint32Array;
}

const filesOfContexts = onceForContexts(({contexts, locations, functions}): Files => {
  const files: Omit<SourceFile, 'own'>[] = [{file: '', function: 0 as FunctionId}];
  const numbers = new Map([['', 0]]);
  const ofLocation = new Int32Array(locations.length).fill(-1);
  const numberOf = (location: number): number => {
    const {function: id, line} = locations[location] ?? {function: 0 as FunctionId, line: 0};
    const file = line === 0 ? '' : (functions[id]?.file ?? '');
    const number = numbers.get(file) ?? files.length;
    if (number === files.length) files.push({file, function: id});
    numbers.set(file, number);
    return number;
  };
  const ofContext = new Uint32Array(contexts.count);
  for (let i = 1; i < contexts.count; i++) {
    const location = u32(contexts.location, i);
    if (ofLocation[location] === -1) ofLocation[location] = numberOf(location);
    ofContext[i] = ofLocation[location] as number;
  }
  return {files, ofContext};
});

/** In the order of the file; lines without weight on any rank are left out. `tree` is a lineTree. */
export function sourceLines(profile: Profile, selection: Selection, tree: CallTree, file: string): SourceLine[] {
  const lines = new Map<number, Growing>();
  const sums = new LineSums(profile, selection, tree);
  for (const {node, line} of nodesOfFile(profile, tree, file)) {
    const growing = lines.get(line) ?? new Growing(profile, sums.groups.length);
    lines.set(line, growing);
    // Code of one line may be in several functions, such as a comprehension in older Pythons: one below the other counts once.
    if (node < growing.end) continue;
    growing.end = u32(tree.end, node);
    if (f64(tree.total, node) > f64(tree.total, growing.heaviest) || growing.heaviest === root) growing.heaviest = node;
    sums.addBelow(growing, node);
  }
  const lineOf = linesIn(profile, file);
  ownWeights(profile, selection).forEach((weight, context) => {
    const growing = context > 0 && weight > 0 ? lines.get(lineOf(context)) : undefined;
    if (growing) growing.own += weight;
  });
  return [...lines]
    .sort((a, b) => a[0] - b[0])
    .map(([line, growing]) => growing.finish(line, u32(tree.context, growing.heaviest) as ContextId));
}

function* nodesOfFile(profile: Profile, tree: CallTree, file: string): Generator<{node: NodeId; line: number}> {
  const line = linesIn(profile, file);
  for (let node = 1; node < tree.count; node++) {
    const found = line(u32(tree.context, node));
    if (found > 0) yield {node: node as NodeId, line: found};
  }
}

/** The line of a context if it is in the file, else 0. */
function linesIn(profile: Profile, file: string): (context: number) => number {
  const lines = Uint32Array.from(profile.locations, ({function: id, line}) =>
    profile.functions[id]?.file === file ? line : 0,
  );
  return (context) => u32(lines, u32(profile.contexts.location, context));
}

class Growing {
  own = 0;
  total = 0;
  samples = 0;
  end: number = root;
  heaviest: number = 0;
  readonly split = new Float64Array(categories.length);
  readonly figures: number[];
  readonly byGroup: Float64Array;
  readonly kernels = new Map<FunctionId, number>();

  constructor(profile: Profile, groups: number) {
    this.figures = profile.metrics.map(() => 0);
    this.byGroup = new Float64Array(groups);
  }

  finish(line: number, heaviest: ContextId): SourceLine {
    const {own, total, samples, split, figures} = this;
    const kernels = [...this.kernels]
      .map(([id, weight]) => ({function: id, weight}))
      .sort((a, b) => b.weight - a.weight);
    return {line, own, total, samples, split, figures, ranks: imbalanceOf(this.byGroup), kernels, heaviest};
  }
}

/** Adds up what lies below nodes, of every metric. */
class LineSums {
  readonly groups: readonly GroupId[];
  private readonly column: ReadonlyMap<number, number>;
  private readonly shown: Uint32Array;
  private readonly selected: Uint8Array;
  private readonly rows: readonly RowsByNode[];

  constructor(
    private readonly profile: Profile,
    private readonly selection: Selection,
    tree: CallTree,
  ) {
    this.groups = comparedGroups(profile);
    this.column = new Map(this.groups.map((group, column) => [group as number, column]));
    this.shown = shownContexts(profile);
    this.selected = selectedThreads(profile, selection);
    this.rows = profile.metrics.map((_, metric) => rowsByNode({...tree, values: profile.valuesOf(metric)}));
    this.end = tree.end;
  }

  private readonly end: Uint32Array;

  addBelow(line: Growing, node: NodeId): void {
    this.rows.forEach(({first, rows}, metric) => {
      const values = this.profile.valuesOf(metric);
      const end = u32(first, u32(this.end, node));
      for (let i = u32(first, node); i < end; i++) this.addRow(line, metric, values, u32(rows, i));
    });
  }

  private addRow(line: Growing, metric: number, values: Values, row: number): void {
    const thread = u32(values.thread, row);
    const weight = f64(values.weight, row);
    if (metric === this.selection.metric) {
      const column = this.column.get(u32(this.profile.groupOfThread, thread));
      if (column !== undefined) line.byGroup[column] = f64(line.byGroup, column) + weight;
    }
    if (this.selected[thread] === 0) return;
    line.figures[metric] = (line.figures[metric] ?? 0) + weight;
    if (metric !== this.selection.metric) return;
    line.total += weight;
    line.samples += u32(values.samples, row);
    const context = u32(values.context, row);
    const activity = activityOf(u32(this.profile.contexts.use, context));
    line.split[activity] = f64(line.split, activity) + weight;
    const shown = u32(this.shown, context);
    if (!isKernels(u32(this.profile.contexts.use, shown))) return;
    const kernel = this.profile.locations[u32(this.profile.contexts.location, shown)]?.function as FunctionId;
    line.kernels.set(kernel, (line.kernels.get(kernel) ?? 0) + weight);
  }
}
