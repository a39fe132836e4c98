// What is held against what: the later of two runs against the earlier one, or a rank against another or the mean of all.
import {f64, u32} from './columns.ts';
import type {Contrast} from './contrast.ts';
import {comparedGroups} from './imbalance.ts';
import type {GroupId, Profile} from './profile.ts';
import type {Selection} from './selection.ts';
import {selectedThreads} from './tree.ts';

/** What a rank is held against. */
export type Against = GroupId | 'mean';

/** Undefined where there is nothing to hold against what is selected. */
export function contrastOf(profile: Profile, selection: Selection, against: Against | undefined): Contrast | undefined {
  if (selection.thread !== undefined) return undefined;
  if (selection.group !== undefined) {
    return against === undefined || against === selection.group ? undefined : ofRanks(profile, selection, against);
  }
  return selection.metric === 0 ? ofRuns(profile) : undefined;
}

function ofRuns(profile: Profile): Contrast | undefined {
  const {difference} = profile;
  if (!difference) return undefined;
  const {before, after, is_share: isShare, is_by_rank: isByRank} = difference;
  return {
    before: {name: before.name, values: profile.before(), threads: undefined},
    after: {name: after.name, values: profile.values, threads: undefined},
    factor: after.factor > 0 ? before.factor / after.factor : 1,
    shown: after.factor,
    judged: [{unit: before.unit, isShare}, {unit: after.unit, isShare}],
    workers: isByRank ? [before.workers, after.workers] : undefined,
  };
}

function ofRanks(profile: Profile, selection: Selection, against: Against): Contrast {
  const values = profile.valuesOf(selection.metric);
  const ofGroup = (group: GroupId | undefined): Uint8Array => selectedThreads(profile, {...selection, group});
  const groups = comparedGroups(profile);
  const unit = selection.metric === 0 ? profile.run.period_ns : 0;
  const ofMean = against === 'mean';
  return {
    before: {
      name: ofMean ? `mean of ${groups.length}` : (profile.groups[against]?.label ?? ''),
      values,
      threads: ofMean ? ofGroups(profile, groups) : ofGroup(against),
    },
    after: {name: profile.groups[selection.group ?? 0]?.label ?? '', values, threads: ofGroup(selection.group)},
    factor: ofMean ? 1 / groups.length : 1,
    shown: 1,
    judged: [{unit: ofMean ? unit / groups.length : unit, isShare: false}, {unit, isShare: false}],
    workers: undefined,
  };
}

function ofGroups(profile: Profile, groups: readonly GroupId[]): Uint8Array {
  const wanted = new Set<number>(groups);
  return Uint8Array.from(profile.groupOfThread, (group) => Number(wanted.has(group)));
}

/** The group with the most and the one with the least of some figures, of which there are two at least. */
export interface Extremes {
  readonly slowest: GroupId;
  readonly fastest: GroupId;
}

/** By all time of the selected metric. */
export function extremesOf(profile: Profile, metric: number, groups: readonly GroupId[]): Extremes | undefined {
  const sums = new Float64Array(profile.groups.length);
  const values = profile.valuesOf(metric);
  for (let row = 0; row < values.count; row++) {
    const group = u32(profile.groupOfThread, u32(values.thread, row));
    sums[group] = f64(sums, group) + f64(values.weight, row);
  }
  const sorted = [...groups].sort((a, b) => f64(sums, b) - f64(sums, a) || a - b);
  const [slowest, fastest] = [sorted[0], sorted.at(-1)];
  if (slowest === undefined || fastest === undefined || f64(sums, slowest) === f64(sums, fastest)) return undefined;
  return {slowest, fastest};
}
