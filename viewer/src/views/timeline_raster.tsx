// The rows of the timeline, by mouse and by keyboard: a cursor, and a range of time from where a drag began to it.
import {type Signal, useSignal} from '@preact/signals';
import type {CanvasHTMLAttributes, ComponentChildren, JSX} from 'preact';
import {drawRaster} from '../draw/timeline.ts';
import {type Cell, cellAfter, cellAt, type HeatMap} from '../layout/heat_map.ts';
import {columnsFor, rangeOfColumns, rowsFor, scaled, stepTo} from '../layout/timeline.ts';
import {categoryLabels} from '../model/activity.ts';
import {f64} from '../model/columns.ts';
import {type GroupId, sliceCategories} from '../model/profile.ts';
import {duration, percent} from '../model/text.ts';
import {busyIn, cellOf, groupsOfRow, rasterOf, type TimeRange} from '../model/timeline.ts';
import {Canvas} from './canvas.tsx';
import {useSurroundings} from './context.ts';
import {ratio} from './describe.ts';

/** Where the cursor can stand: steps that a reader sees and a key moves by. */
const steps = 200;

interface Props {
  readonly groups: readonly GroupId[];
  readonly range: TimeRange;
  readonly whole: TimeRange;
}

interface Marks {
  readonly cursor: Signal<Cell | undefined>;
  /** The column where the choice of a range began. */
  readonly anchor: Signal<number | undefined>;
}

type CanvasEvent<E> = E & {readonly currentTarget: HTMLCanvasElement};

/** `children` stand between the rows and what is said of the cursor. */
export function TimelineRaster({children, ...props}: Props & {readonly children: ComponentChildren}): JSX.Element {
  const {store, palette} = useSurroundings();
  const {groups, range} = props;
  const marks: Marks = {cursor: useSignal(undefined), anchor: useSignal(undefined)};
  const {rows, height} = rowsFor(groups.length);
  const draw = (canvas: HTMLCanvasElement): void => {
    const columns = columnsFor(groups.length, canvas.clientWidth);
    drawRaster(canvas, rasterOf(store.whole, groups, range, rows, columns), palette.value);
  };
  return (
    <>
      <div class="timeline-rows" style={{height: `${height}px`}}>
        <Canvas
          draw={draw}
          tabIndex={0}
          role="application"
          aria-roledescription="timeline"
          aria-label="Ranks over time. Arrow keys move, with Shift they choose a range of time, plus and minus zoom, Escape shows the whole run, Enter the graph of a rank. A table follows."
          aria-describedby="timeline-cell"
          {...usePointer(props, marks)}
          onKeyDown={useKeys(props, marks)}
        />
        <Overlay rows={rows} {...marks} />
      </div>
      {children}
      <p id="timeline-cell" class="remark" aria-live="polite">
        <CellText {...props} {...marks} />
        {'\u00a0'}
      </p>
    </>
  );
}

/** Of the first rank of a row. */
function useOpen({groups}: Props): (cell: Cell) => void {
  const {store} = useSurroundings();
  return ({row}) => {
    const group = groups[groupsOfRow(row, rowsFor(groups.length).rows, groups.length).first];
    if (group !== undefined) store.go({page: 'flame', graph: 'icicle', group, thread: undefined});
  };
}

/** Columns from the first to the last chosen one. */
function chosen({cursor, anchor}: Marks): readonly [number, number] | undefined {
  const [from, to] = [anchor.value, cursor.value?.column];
  return from === undefined || to === undefined ? undefined : [Math.min(from, to), Math.max(from, to)];
}

function usePointer(props: Props, marks: Marks): CanvasHTMLAttributes<HTMLCanvasElement> {
  const {store} = useSurroundings();
  const open = useOpen(props);
  const {cursor, anchor} = marks;
  const {rows, height} = rowsFor(props.groups.length);
  const place = (event: CanvasEvent<PointerEvent>): Cell | undefined => {
    const width = event.currentTarget.clientWidth;
    const map: HeatMap = {rows, columns: steps, width, rowHeight: height / rows};
    const within = (value: number, limit: number): number => Math.max(0, Math.min(value, limit - 1));
    return cellAt(map, within(event.offsetX, width), within(event.offsetY, height));
  };
  return {
    onPointerMove: (event) => {
      if (event.buttons === 0) anchor.value = undefined;
      cursor.value = place(event);
    },
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      cursor.value = place(event);
      anchor.value = cursor.value?.column;
    },
    onPointerCancel: () => (anchor.value = undefined),
    onPointerUp: () => {
      const [first, last] = chosen(marks) ?? [-1, -1];
      anchor.value = undefined;
      if (first < 0 || !cursor.value) return;
      if (first === last) open(cursor.value);
      else store.go({range: stepTo(rangeOfColumns(props.range, steps, first, last), props.whole)});
    },
  };
}

function useKeys(props: Props, marks: Marks): (event: CanvasEvent<KeyboardEvent>) => void {
  const {store} = useSurroundings();
  const open = useOpen(props);
  const {cursor, anchor} = marks;
  const {rows} = rowsFor(props.groups.length);
  const show = (range: TimeRange | undefined): void => {
    anchor.value = undefined;
    store.go({range});
  };
  const zoom = (factor: number): void => {
    const [first, last] = chosen(marks) ?? [steps / 2, steps / 2];
    const span = rangeOfColumns(props.range, steps, first, last);
    if (factor < 1 && anchor.value !== undefined) show(stepTo(span, props.whole));
    else show(scaled(props.range, middleOf(cursorRange(props.range, cursor.value) ?? span), factor, props.whole));
  };
  const acts: Readonly<Record<string, () => void>> = {
    '+': () => zoom(0.5),
    '=': () => zoom(0.5),
    '-': () => zoom(2),
    Escape: () => show(undefined),
    Enter: () => open(cursor.value ?? {row: 0, column: 0}),
  };
  const move = (event: KeyboardEvent): boolean => {
    const at = cursor.value ?? {row: 0, column: 0};
    const next = cellAfter({rows, columns: steps}, at, event.key);
    if (!next) return false;
    anchor.value = event.shiftKey ? (anchor.value ?? at.column) : undefined;
    cursor.value = next;
    return true;
  };
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = Object.hasOwn(acts, event.key) ? acts[event.key] : undefined;
    act?.();
    if (!act && !move(event)) return;
    event.preventDefault();
    event.stopPropagation();
  };
}

const middleOf = ({begin, end}: TimeRange): number => (begin + end) / 2;

const cursorRange = (range: TimeRange, cell: Cell | undefined): TimeRange | undefined =>
  cell && rangeOfColumns(range, steps, cell.column, cell.column);

/** Above the canvas, so that moving draws no cell anew. */
function Overlay({rows, ...marks}: Marks & {readonly rows: number}): JSX.Element {
  const cell = marks.cursor.value;
  const columns = chosen(marks);
  const share = (part: number, all: number): string => `${(100 * part) / all}%`;
  return (
    <div class="marks" aria-hidden="true">
      {columns && <i class="chosen" style={{left: share(columns[0], steps), width: share(columns[1] + 1 - columns[0], steps)}} />}
      {cell && (
        <i
          class="cell"
          style={{left: share(cell.column, steps), width: share(1, steps), top: share(cell.row, rows), height: share(1, rows)}}
        />
      )}
    </div>
  );
}

/** Which rank, when, how busy, doing what. */
function CellText({groups, range, ...marks}: Props & Marks): JSX.Element | null {
  const profile = useSurroundings().store.whole;
  const cell = marks.cursor.value;
  if (!cell) return null;
  const {first, end} = groupsOfRow(cell.row, rowsFor(groups.length).rows, groups.length);
  const columns = chosen(marks) ?? [cell.column, cell.column];
  const time = rangeOfColumns(range, steps, ...columns);
  const figures = cellOf(rasterOf(profile, groups.slice(first, end), time, 1, 1), 0, 0);
  const busy = busyIn(figures);
  const label = (index: number): string => profile.groups[groups[index] ?? -1]?.label ?? '';
  const names = end - first > 1 ? `${label(first)} to ${label(end - 1)}` : label(first);
  const shares = sliceCategories
    .map((category, kind) => ({category, share: ratio(f64(figures, kind), busy)}))
    .filter(({share}) => share > 0)
    .map(({category, share}) => `${categoryLabels[category]} ${percent(share)}`);
  return <>{[`${names}, ${duration(time.begin)} to ${duration(time.end)}: ${busy.toFixed(2)} threads busy`, ...shares].join(', ')}</>;
}
