// The timeline page: what the ranks did when, and the range of time that is shown.
import type {JSX} from 'preact';
import {useMemo} from 'preact/hooks';
import {drawStrip} from '../draw/timeline.ts';
import {columnsFor, rowsFor, shownRange} from '../layout/timeline.ts';
import {categoryLabels} from '../model/activity.ts';
import {hasMoments} from '../model/moments.ts';
import {type GroupId, sliceCategories} from '../model/profile.ts';
import {duration, hostsOf} from '../model/text.ts';
import {rasterOf, type TimeRange, timelineGroups, wholeRun} from '../model/timeline.ts';
import {Canvas} from './canvas.tsx';
import {useSurroundings} from './context.ts';
import {RangeChip} from './range_bar.tsx';
import {TimelineRaster} from './timeline_raster.tsx';
import {TimelineTable} from './timeline_table.tsx';

export function TimelineView(): JSX.Element {
  const {store} = useSurroundings();
  const profile = store.whole;
  const groups = useMemo(() => timelineGroups(profile), [profile]);
  const whole = useMemo(() => wholeRun(profile), [profile]);
  const range = shownRange(store.state.value.range, whole);
  return (
    <section class="page timeline-page" aria-label="Timeline">
      <p class="remark">
        CPU time of each {profile.run.ranks > 0 ? 'rank' : 'process'}: the colour tells what ran, its strength how busy
        it was; while all its threads wait there is none.{' '}
        {hasMoments(profile)
          ? 'Drag over a range of time, and every page is of that range.'
          : 'Slices of time have no stacks, so a range narrows this page only.'}
        {hostsOf(profile).length > 1 && ' Each host has a clock of its own: its rows may be shifted against those of others.'}
      </p>
      <div class="timeline-bar">
        <Legend />
        {store.filter.value && !hasMoments(profile) && <RangeChip range={range} />}
      </div>
      <div class="timeline">
        <Names groups={groups} />
        <div class="time">
          <Strip groups={groups} range={range} />
          <TimelineRaster groups={groups} range={range} whole={whole}>
            <Axis range={range} />
          </TimelineRaster>
        </div>
      </div>
      <TimelineTable groups={groups} range={range} />
    </section>
  );
}

function Legend(): JSX.Element {
  const {palette} = useSurroundings();
  return (
    <ul class="split-legend">
      {sliceCategories.map((category) => (
        <li>
          <i style={{backgroundColor: palette.value.categories[category]}} />
          {categoryLabels[category]}
        </li>
      ))}
    </ul>
  );
}

const labelHeight = 14;

/** Of every row, or of the first and the last one where there is no room. */
function Names({groups}: {groups: readonly GroupId[]}): JSX.Element {
  const profile = useSurroundings().store.whole;
  const name = (group: GroupId | undefined): string => profile.groups[group ?? -1]?.label ?? '';
  const {rows, height} = rowsFor(groups.length);
  const all = height / rows >= labelHeight;
  const shown = all ? groups : [groups[0], groups.at(-1)];
  return (
    <ol class={all ? 'each' : 'ends'} style={{height: `${height}px`}}>
      {shown.map((group) => (
        <li title={name(group)}>{name(group)}</li>
      ))}
    </ol>
  );
}

interface Props {
  readonly groups: readonly GroupId[];
  readonly range: TimeRange;
}

function Strip({groups, range}: Props): JSX.Element {
  const {store, palette} = useSurroundings();
  const profile = store.whole;
  const draw = (canvas: HTMLCanvasElement): void => {
    const columns = columnsFor(groups.length, canvas.clientWidth);
    drawStrip(canvas, rasterOf(profile, groups, range, 1, columns), palette.value);
  };
  return (
    <Canvas class="timeline-strip" draw={draw} role="img" aria-label="All together, by category; the table below has the figures" />
  );
}

const labels = 5;

function Axis({range}: {range: TimeRange}): JSX.Element {
  const at = (i: number): number => range.begin + ((range.end - range.begin) * i) / (labels - 1);
  return (
    <ol class="axis">
      {Array.from({length: labels}, (_, i) => (
        <li>{duration(at(i))}</li>
      ))}
    </ol>
  );
}
