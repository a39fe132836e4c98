// Can the numbers be trusted? The quality figures of a run as lines with a grade each; the worst grade is the run's.
import type {Profile, Quality} from './profile.ts';
import {count, duration, percent, plural, visible} from './text.ts';

export type Grade = 'good' | 'fair' | 'poor';

export interface QualityLine {
  readonly label: string;
  readonly value: string;
  readonly grade: Grade;
  readonly detail: string;
}

/** Bounds: docs/formats/html.md, "Quality". */
export function qualityLines(profile: Profile): QualityLine[] {
  const {quality} = profile;
  return [
    coverage(quality), wallCoverage(quality), losses(quality), unwinding(quality), merging(quality), naming(quality), cost(profile),
    ...damage(quality),
  ].filter((line) => line !== undefined);
}

export function worst(lines: readonly QualityLine[]): Grade {
  if (lines.some((line) => line.grade === 'poor')) return 'poor';
  return lines.some((line) => line.grade === 'fair') ? 'fair' : 'good';
}

function grade(badShare: number, fair: number, poor: number): Grade {
  return badShare > poor ? 'poor' : badShare > fair ? 'fair' : 'good';
}

function coverage(quality: Quality): QualityLine | undefined {
  if (quality.cpu_covered <= 0) return undefined;
  return {
    label: 'CPU time covered',
    value: percent(quality.cpu_covered),
    grade: grade(Math.abs(1 - quality.cpu_covered), 0.03, 0.1),
    detail: 'CPU time in the profile ÷ CPU time of all recorded processes',
  };
}

function wallCoverage({wall_covered: covered}: Quality): QualityLine | undefined {
  if (covered <= 0) return undefined;
  return {
    label: 'Wall time covered',
    value: percent(covered),
    grade: grade(Math.abs(1 - covered), 0.03, 0.1),
    detail: 'CPU time and waits in the profile ÷ lifetimes of all recorded threads',
  };
}

function losses(quality: Quality): QualityLine {
  // Stacks with a frame that the stack scan found are whole: unwinding() names them.
  const causes = quality.lost.filter((loss) => loss.count > 0 && loss.cause !== 'unwind_guessed');
  const lost = causes.reduce((sum, loss) => sum + loss.count, 0);
  const share = ratio(lost, quality.samples + lost);
  return {
    label: 'Lost or cut samples',
    value: lost === 0 ? 'none' : `${count(lost)} (${percent(share)})`,
    grade: grade(share, 0.01, 0.05),
    detail: causes.map((loss) => `${visible(loss.cause).replaceAll('_', ' ')} ${count(loss.count)}`).join(', '),
  };
}

function unwinding(quality: Quality): QualityLine | undefined {
  const all = quality.unwind_complete + quality.unwind_fallback + quality.unwind_truncated;
  if (all === 0) return undefined;
  return {
    label: 'Native stacks complete',
    value: percent(1 - quality.unwind_truncated / all),
    grade: grade(quality.unwind_truncated / all, 0.02, 0.1),
    detail: `${count(quality.unwind_fallback)} with a frame found by stack scan, ${count(quality.unwind_truncated)} cut short`,
  };
}

function merging(quality: Quality): QualityLine | undefined {
  const all = quality.merge_exact + quality.merge_inexact;
  if (all === 0) return undefined;
  return {
    label: 'Python and native joined exactly',
    value: percent(quality.merge_exact / all),
    grade: grade(1 - quality.merge_exact / all, 0.02, 0.1),
    detail: `${count(quality.merge_inexact)} by order only; ${plural(quality.merge_none, 'sample')} without Python`,
  };
}

function naming(quality: Quality): QualityLine | undefined {
  if (quality.native === 0) return undefined;
  const share = quality.unresolved_native / quality.native;
  return {
    label: 'Native code named',
    value: percent(1 - share),
    grade: grade(share, 0.05, 0.2),
    detail: `${count(quality.unresolved_native)} of ${plural(quality.native, 'native sample')} only by library and offset`,
  };
}

function cost({quality, run}: Profile): QualityLine | undefined {
  if (quality.handler_ns === 0 || run.cpu_ns === 0) return undefined;
  const share = quality.handler_ns / run.cpu_ns;
  const times = [quality.handler_median_ns, quality.handler_p99_ns, quality.handler_max_ns].map(duration);
  return {
    label: 'Own cost',
    value: `${percent(share)} of CPU time`,
    grade: grade(share, 0.01, 0.05),
    detail: `per sample ${times[0]} median, ${times[1]} 99th percentile, ${times[2]} at most`,
  };
}

function damage(quality: Quality): QualityLine[] {
  if (quality.damaged_bytes === 0) return [];
  const value = `${count(quality.damaged_bytes)} bytes`;
  return [{label: 'Damaged recording', value, grade: 'poor', detail: 'could not be read and is left out'}];
}

const ratio = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);
