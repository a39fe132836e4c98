// The range of time that every page is of, how well it is known, and what is known of the whole run only.
import type {JSX} from 'preact';
import {errorOf, type Part} from '../model/moments.ts';
import {count, duration, plural, visible} from '../model/text.ts';
import type {TimeRange} from '../model/timeline.ts';
import {useSurroundings} from './context.ts';

export function RangeBar(): JSX.Element | null {
  const filter = useSurroundings().store.filter.value;
  if (!filter || (!filter.part && filter.damage === '')) return null;
  return (
    <div class="range-bar" aria-live="polite">
      <RangeChip range={filter.range} />
      {filter.part ? (
        <Standing part={filter.part} />
      ) : (
        <p>Only the timeline heeds it, all other pages show the whole run: {visible(filter.damage)}.</p>
      )}
    </div>
  );
}

export function RangeChip({range}: {range: TimeRange}): JSX.Element {
  const {store} = useSurroundings();
  return (
    <button type="button" class="chip" title="Show the whole run" onClick={() => store.go({range: undefined})}>
      {duration(range.begin)} to {duration(range.end)} ✕
    </button>
  );
}

function Standing({part}: {part: Part}): JSX.Element {
  const {whole} = useSurroundings().store;
  const all = whole.processes.reduce((sum, {moments = 0}) => sum + moments, 0);
  const points = (share: number): string => (100 * errorOf(share, part.effective)).toFixed(1);
  return (
    <p>
      <b>{count(part.moments)}</b> of {plural(all, 'moment')} of the run
      {part.moments > 0 && `: a share of 50 % is known to ± ${points(0.5)} points, one of 5 % to ± ${points(0.05)}`}.{' '}
      {part.unknown > 0 && `${plural(part.unknown, 'process has', 'processes have')} no moments and ${part.unknown === 1 ? 'is' : 'are'} in no picture of a range. `}
      <span class="remark">
        Counters and single threads have no moments. The facts above, findings, efficiencies, data quality and counted
        calls are those of the whole run.
      </span>
    </p>
  );
}
