// The heat map of functions and ranks, by mouse and by keyboard.
import {useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {drawHeatMap} from '../draw/heat_map.ts';
import {type Cell, cellAfter, cellAt, type HeatMap} from '../layout/heat_map.ts';
import {f64} from '../model/columns.ts';
import type {RankRow} from '../model/imbalance.ts';
import type {GroupId} from '../model/profile.ts';
import {amount, visible} from '../model/text.ts';
import {Canvas} from './canvas.tsx';
import {useSurroundings} from './context.ts';

const rowHeight = 18;

interface Props {
  readonly rows: readonly RankRow[];
  readonly groups: readonly GroupId[];
  /** Columns from left to right, as indices into the groups. */
  readonly order: readonly number[];
  readonly chosen: RankRow | undefined;
}

export function RankMap({rows, groups, order, chosen}: Props): JSX.Element {
  const {store, palette} = useSurroundings();
  const cursor = useSignal<Cell | undefined>(undefined);
  const map = (canvas: HTMLCanvasElement): HeatMap => ({
    rows: rows.length,
    columns: order.length,
    width: canvas.clientWidth,
    rowHeight,
  });
  const open = ({row, column}: Cell): void => {
    const [fn, group] = [rows[row]?.function, groups[order[column] ?? 0]];
    if (fn !== undefined) store.go({page: 'flame', graph: 'icicle', group, thread: undefined, fn});
  };
  const onKey = (event: KeyboardEvent & {readonly currentTarget: HTMLCanvasElement}): void => {
    const at = cursor.value ?? {row: 0, column: 0};
    const next = cellAfter(map(event.currentTarget), at, event.key);
    if (event.key === 'Enter') open(at);
    else if (next) cursor.value = next;
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div class="rank-map">
        <Names rows={rows} chosen={chosen} />
        <Canvas
          style={{height: `${rows.length * rowHeight}px`}}
          tabIndex={0}
          role="application"
          aria-roledescription="heat map"
          aria-label="Functions and ranks. Arrow keys move, Enter shows the graph of a rank. A table of the functions follows."
          aria-describedby="rank-cell"
          draw={(canvas) => {
            const figures = rows.map((row) => row.figures);
            drawHeatMap(canvas, {map: map(canvas), rows: figures, order, palette: palette.value, cursor: cursor.value});
          }}
          onPointerMove={(event) => (cursor.value = cellAt(map(event.currentTarget), event.offsetX, event.offsetY))}
          onClick={(event) => {
            const cell = cellAt(map(event.currentTarget), event.offsetX, event.offsetY);
            if (cell) open(cell);
          }}
          onKeyDown={onKey}
        />
      </div>
      <p id="rank-cell" class="remark" aria-live="polite">
        {cursor.value && <CellText row={rows[cursor.value.row]} index={order[cursor.value.column] ?? 0} groups={groups} />}
        {'\u00a0'}
      </p>
    </>
  );
}

function Names({rows, chosen}: Pick<Props, 'rows' | 'chosen'>): JSX.Element {
  const {store} = useSurroundings();
  const name = (row: RankRow): string => visible(store.profile.functions[row.function]?.name ?? '');
  return (
    <ol>
      {rows.map((row) => (
        <li>
          <button
            type="button"
            aria-pressed={row === chosen}
            title={name(row)}
            onClick={() => store.go({fn: row.function})}
          >
            {name(row)}
          </button>
        </li>
      ))}
    </ol>
  );
}

interface CellProps {
  readonly row: RankRow | undefined;
  /** Into the groups. */
  readonly index: number;
  readonly groups: readonly GroupId[];
}

function CellText({row, index, groups}: CellProps): JSX.Element | null {
  const {profile, metric} = useSurroundings().store;
  if (!row) return null;
  const group = profile.groups[groups[index] ?? 0]?.label ?? '';
  const name = visible(profile.functions[row.function]?.name ?? '');
  return <>{`${group}: ${amount(f64(row.figures, index), metric.value.unit)} in ${name}`}</>;
}
