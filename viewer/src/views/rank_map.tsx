// The heat map of functions and ranks, by mouse and by keyboard.
import {useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {drawHeatMap} from '../draw/heat_map.ts';
import {type Cell, cellAt, type HeatMap} from '../layout/heat_map.ts';
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
  const {profile} = store;
  const cursor = useSignal<Cell | undefined>(undefined);
  const map = (canvas: HTMLCanvasElement): HeatMap => ({rows: rows.length, columns: order.length, width: canvas.clientWidth, rowHeight});
  const describe = ({row, column}: Cell): string => {
    const index = order[column] ?? 0;
    const found = rows[row];
    if (!found) return '';
    const name = visible(profile.functions[found.function]?.name ?? '');
    return `${profile.groups[groups[index] ?? 0]?.label ?? ''}: ${amount(f64(found.figures, index), store.metric.value.unit)} in ${name}`;
  };
  const open = (cell: Cell | undefined): void => {
    const found = cell && rows[cell.row];
    if (cell && found) store.go({page: 'flame', graph: 'icicle', group: groups[order[cell.column] ?? 0], thread: undefined, fn: found.function});
  };
  const move = (event: KeyboardEvent): void => {
    const at = cursor.value ?? {row: 0, column: 0};
    const page = Math.max(1, Math.floor(order.length / 16));
    const steps: Readonly<Record<string, Cell>> = {
      ArrowUp: {...at, row: at.row - 1}, ArrowDown: {...at, row: at.row + 1}, ArrowLeft: {...at, column: at.column - 1},
      ArrowRight: {...at, column: at.column + 1}, Home: {...at, column: 0}, End: {...at, column: order.length - 1},
      PageUp: {...at, column: at.column - page}, PageDown: {...at, column: at.column + page},
    };
    const next = steps[event.key];
    if (event.key === 'Enter') open(at);
    else if (next) cursor.value = {row: within(next.row, rows.length), column: within(next.column, order.length)};
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <div class="rank-map">
        <ol>
          {rows.map((row) => (
            <li>
              <button type="button" aria-pressed={row === chosen} title={visible(profile.functions[row.function]?.name ?? '')}
                onClick={() => store.go({fn: row.function})}>
                {visible(profile.functions[row.function]?.name ?? '')}
              </button>
            </li>
          ))}
        </ol>
        <Canvas style={{height: `${rows.length * rowHeight}px`}} tabIndex={0} role="application" aria-roledescription="heat map"
          aria-label="Functions and ranks. Arrow keys move, Enter shows the graph of a rank. The table below has the same functions."
          aria-describedby="rank-cell"
          draw={(canvas) => drawHeatMap(canvas, {
            map: map(canvas), rows: rows.map((row) => row.figures), order, palette: palette.value, cursor: cursor.value,
          })}
          onPointerMove={(event) => (cursor.value = cellAt(map(event.currentTarget), event.offsetX, event.offsetY))}
          onClick={(event) => open(cellAt(map(event.currentTarget), event.offsetX, event.offsetY))}
          onKeyDown={move} />
      </div>
      <p id="rank-cell" class="remark" aria-live="polite">{cursor.value ? describe(cursor.value) : ' '}</p>
    </>
  );
}

const within = (value: number, limit: number): number => Math.min(Math.max(value, 0), limit - 1);
