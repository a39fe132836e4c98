// A node of the call tree in words and numbers, for boxes, tooltips and screen readers.
import {f64, u32} from '../model/columns.ts';
import {type Interval, shareInterval} from '../model/interval.ts';
import {domains, type Location, type Metric, type Profile, type SourceFunction} from '../model/profile.ts';
import {amount, baseName, locationLabel, percent, place, plural, visible} from '../model/text.ts';
import {type CallTree, type NodeId, root} from '../model/tree.ts';
import {domainLabels} from '../draw/palette.ts';
import type {Store} from '../state/store.ts';
import {changeAt, changeText} from './change_text.ts';

export interface Named {
  readonly location: Location;
  readonly fn: SourceFunction;
}

/** Undefined for the root. */
export function namedAt({profile}: Store, tree: CallTree, node: NodeId): Named | undefined {
  if (node === root) return undefined;
  const location = profile.locations[u32(profile.contexts.location, u32(tree.context, node))];
  const fn = location && profile.functions[location.function];
  return location && fn ? {location, fn} : undefined;
}

export function labelOf(store: Store, tree: CallTree, node: NodeId): string {
  const named = namedAt(store, tree, node);
  if (!named) return wholeLabel(store);
  return locationLabel(store.profile, named.location, store.state.value.granularity === 'line');
}

function wholeLabel(store: Store): string {
  const {group, thread} = store.plain.value;
  const {groups} = store.profile;
  const contrast = store.shownContrast.value?.contrast;
  if (contrast && group !== undefined) return `${contrast.after.name} − ${contrast.before.name}`;
  const groupLabel = group === undefined ? undefined : groups[group]?.label;
  if (thread !== undefined) return [groupLabel, threadLabel(store, thread)].filter(Boolean).join(': ');
  return groupLabel ?? (groups.length > 1 ? groupsLabel(store) : 'whole program');
}

/** With its rank or process, unless one of these is selected anyway. */
export function threadLabel({profile, state}: Store, id: number): string {
  const thread = profile.threads[id];
  if (!thread) return '';
  const name = thread.folded > 0 ? `${thread.folded} ended threads` : visible(thread.name) || `thread ${thread.tid}`;
  const group = profile.groups[profile.groupOfThread[id] ?? 0];
  return state.value.group === undefined && profile.groups.length > 1 ? `${group?.label ?? ''}: ${name}` : name;
}

/** "all 4 ranks" */
export function groupsLabel(store: Store): string {
  const {groups, run} = store.profile;
  return `all ${plural(groups.length, run.ranks > 0 ? 'rank' : 'process', run.ranks > 0 ? 'ranks' : 'processes')}`;
}

export interface Figure {
  readonly weight: string;
  readonly share: string;
  readonly interval: string;
  readonly samples: string;
}

/** Counters have no samples, and so no interval. */
export function figures(store: Store, tree: CallTree, node: NodeId): {total: Figure; self: Figure} {
  const sampled = f64(tree.totalSamples, root) > 0;
  const figure = (weights: Float64Array, samples: Float64Array): Figure => {
    const share = ratio(f64(weights, node), f64(tree.total, root));
    return {
      weight: amount(f64(weights, node), store.metric.value.unit),
      share: percent(share),
      interval: sampled ? `95 %: ${intervalText(shareInterval(share, independent(store) * f64(tree.totalSamples, root)))}` : '',
      samples: sampled ? plural(f64(samples, node), sampleWord(store, 'sample')) : '',
    };
  };
  return {total: figure(tree.total, tree.totalSamples), self: figure(tree.self, tree.selfSamples)};
}

/** Of samples or moments, the part that is left if those of unlike weight are counted as what they tell. */
function independent({filter}: Store): number {
  const {moments, effective} = filter.value?.part ?? {moments: 0, effective: 0};
  return moments > 0 ? effective / moments : 1;
}

/** A range of time stands on moments. */
export function sampleWord<Word extends 'sample' | 'samples' | 'Samples'>({filter}: Store, word: Word): string {
  return filter.value?.part ? word.replace(/sample/i, word.startsWith('S') ? 'Moment' : 'moment') : word;
}

/** With as many decimals as tell both ends apart. */
function intervalText({low, high}: Interval): string {
  const decimals = Math.min(4, Math.max(1, Math.ceil(-Math.log10(100 * (high - low))) + 1));
  return `${(low * 100).toFixed(decimals)}–${(high * 100).toFixed(decimals)} %`;
}

export const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

/** "CPU time" of cpu, "GIL held" of gil_held; other counters have their own name. */
export function metricLabel({name, unit}: Metric): string {
  const words: Readonly<Record<string, string>> = {cpu: 'CPU time', wall: 'Wall time', gil_held: 'GIL held'};
  return words[name] ?? (unit === 'nanoseconds' ? `${visible(name)} time` : visible(name));
}

/** "solver.py:42", by the file's base name. */
export function shortPlace(profile: Profile, id: number, line: number): string {
  const fn = profile.functions[id];
  return fn ? place({...fn, file: baseName(fn.file)}, line) : '';
}

/** One sentence for a screen reader. */
export function spoken(store: Store, tree: CallTree, node: NodeId): string {
  const named = namedAt(store, tree, node);
  const {total, self} = figures(store, tree, node);
  const kind = named ? `, ${domainLabels[named.fn.domain]}` : '';
  const contrast = store.shownContrast.value?.contrast;
  const change = changeAt(tree, node, contrast);
  const difference = change && contrast ? changeText(change, contrast, store.metric.value) : '';
  const parts = [`${labelOf(store, tree, node)}${kind}`, `${total.share} total`, `${self.share} self`, total.samples, difference, `level ${u32(tree.depth, node)}`];
  return parts.filter((part) => part !== '').join(', ');
}

/** The domains that occur, in the order of the legend. */
export function domainsPresent(functions: readonly SourceFunction[]): (typeof domains)[number][] {
  const present = new Set(functions.map((fn) => fn.domain));
  return domains.filter((domain) => present.has(domain));
}
