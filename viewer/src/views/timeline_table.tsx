// The timeline in figures: each rank's share of a category in a few intervals.
import {useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {categoryLabels} from '../model/activity.ts';
import {f64} from '../model/columns.ts';
import {type GroupId, sliceCategories} from '../model/profile.ts';
import {count, duration} from '../model/text.ts';
import {busyIn, cellOf, rasterOf, type TimeRange} from '../model/timeline.ts';
import {rangeOfColumns} from '../layout/timeline.ts';
import {useSurroundings} from './context.ts';
import {ratio} from './describe.ts';
import {Part} from './summary.tsx';

const firstRows = 30;
const intervals = 16;

interface Props {
  readonly groups: readonly GroupId[];
  readonly range: TimeRange;
}

export function TimelineTable({groups, range}: Props): JSX.Element {
  const profile = useSurroundings().store.whole;
  const kind = useSignal(profile.calls.rows.length > 0 ? sliceCategories.indexOf('mpi') : 0);
  const all = useSignal(false);
  const shown = all.value ? groups : groups.slice(0, firstRows);
  return (
    <Part title="In figures">
      <label>
        Share of the samples in{' '}
        <select value={kind.value} onChange={(event) => (kind.value = Number(event.currentTarget.value))}>
          {sliceCategories.map((category, id) => (
            <option value={id}>{categoryLabels[category]}</option>
          ))}
        </select>
      </label>
      <div class="wide">
        <Figures groups={shown} range={range} kind={kind.value} />
      </div>
      {shown.length < groups.length && (
        <button type="button" class="more-rows" onClick={() => (all.value = true)}>
          Show all {count(groups.length)} rows
        </button>
      )}
    </Part>
  );
}

function Figures({groups, range, kind}: Props & {readonly kind: number}): JSX.Element {
  const {store} = useSurroundings();
  const profile = store.whole;
  const raster = rasterOf(profile, groups, range, groups.length, intervals);
  const columns = Array.from({length: intervals}, (_, column) => column);
  const figure = (cell: Float64Array): string => (busyIn(cell) > 0 ? `${Math.round(100 * ratio(f64(cell, kind), busyIn(cell)))} %` : '');
  return (
    <table class="figures-table">
      <thead>
        <tr>
          <th scope="col">{profile.run.ranks > 0 ? 'Rank' : 'Process'}</th>
          {columns.map((column) => (
            <th scope="col" class="number">
              {duration(rangeOfColumns(range, intervals, column, column).begin)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {groups.map((group, row) => (
          <tr>
            <th scope="row">
              <button type="button" class="link" onClick={() => store.go({page: 'flame', graph: 'icicle', group, thread: undefined})}>
                {profile.groups[group]?.label}
              </button>
            </th>
            {columns.map((column) => (
              <td class="number">{figure(cellOf(raster, row, column))}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
