// The range of time in the state as what it does to the profile.
import {shownRange} from '../layout/timeline.ts';
import {DecodeError} from '../model/decode_error.ts';
import {hasMoments, type Part, partIn} from '../model/moments.ts';
import type {Profile} from '../model/profile.ts';
import {hasTimeline, type TimeRange, wholeRun} from '../model/timeline.ts';

export interface Filter {
  readonly range: TimeRange;
  /** Undefined: the profile cannot be filtered, and every page but the timeline shows all of it. */
  readonly part: Part | undefined;
  /** Why it cannot, though it has moments. */
  readonly damage: string;
}

/** Nothing for a profile without a timeline, or a range outside it. */
export function filterOf(profile: Profile, wanted: TimeRange | undefined): Filter | undefined {
  if (!wanted || !hasTimeline(profile)) return undefined;
  const whole = wholeRun(profile);
  const range = shownRange(wanted, whole);
  if (range === whole) return undefined;
  try {
    return {range, part: hasMoments(profile) ? partIn(profile, range) : undefined, damage: ''};
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return {range, part: undefined, damage: error.message};
  }
}
