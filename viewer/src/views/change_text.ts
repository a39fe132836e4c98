// A difference in words.
import {type Change, delta, hasVanished, isNew, isSignificant, sigmas} from '../model/change.ts';
import {changeIn, type Contrast} from '../model/contrast.ts';
import {f64} from '../model/columns.ts';
import type {Metric} from '../model/profile.ts';
import {amount, percent} from '../model/text.ts';
import type {CallTree, NodeId} from '../model/tree.ts';

export function valueText(value: number, {judged}: Contrast, {unit}: Metric): string {
  return judged[1].isShare ? percent(value) : amount(value, unit);
}

export function signedText(value: number, contrast: Contrast, metric: Metric): string {
  const size = valueText(Math.abs(value), contrast, metric);
  return value === 0 ? size : `${value < 0 ? '−' : '+'}${size}`;
}

/** "± 40.0 ms", two standard deviations; empty for what is not sampled. */
export function intervalText({sigma}: Change, contrast: Contrast, metric: Metric): string {
  return sigma === undefined ? '' : `± ${valueText(sigmas * sigma, contrast, metric)}`;
}

/** "+12.3 %", "new" or "vanished". */
export function relativeText(change: Change): string {
  if (isNew(change)) return 'new';
  if (hasVanished(change)) return 'vanished';
  if (change.before === 0) return '';
  const share = 100 * (change.after / change.before - 1);
  return `${share < 0 ? '−' : '+'}${Math.abs(share).toFixed(1)} %`;
}

/** For a box: the change where it is beyond chance. */
export function labelText(change: Change, contrast: Contrast, metric: Metric): string {
  if (!isSignificant(change) || delta(change) === 0) return '';
  return [signedText(delta(change), contrast, metric), relativeText(change)].filter(Boolean).join(', ');
}

/** "1.20 s → 1.71 s, +512 ms ± 40.0 ms, +42.7 %" */
export function changeText(change: Change, contrast: Contrast, metric: Metric): string {
  const [before, after] = [change.before, change.after].map((value) => valueText(value, contrast, metric));
  const beside = [signedText(delta(change), contrast, metric), intervalText(change, contrast, metric)].filter(Boolean).join(' ');
  const chance = isSignificant(change) ? '' : 'within chance';
  return [`${before} → ${after}`, beside, relativeText(change), chance].filter(Boolean).join(', ');
}

/** Of a node of a tree with a base; undefined without one. */
export function changeAt(tree: CallTree, node: NodeId, contrast: Contrast | undefined, figure: 'self' | 'total' = 'total'): Change | undefined {
  const {before} = tree;
  if (!before || !contrast) return undefined;
  const samples = figure === 'self' ? 'selfSamples' : 'totalSamples';
  return changeIn(contrast, f64(before[figure], node), f64(before[samples], node), f64(tree[figure], node), f64(tree[samples], node));
}
