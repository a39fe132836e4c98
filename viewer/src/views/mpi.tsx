// The MPI page: what the program called, from which line, and where ranks waited.
import {useSignal} from '@preact/signals';
import type {JSX} from 'preact';
import {drawColumns} from '../draw/columns_chart.ts';
import {largest} from '../model/columns.ts';
import type {CallRow, CountedCalls} from '../model/profile.ts';
import {baseName, bytes, count, duration, percent, visible} from '../model/text.ts';
import {openSource} from './actions.ts';
import {Canvas} from './canvas.tsx';
import {useSurroundings} from './context.ts';
import {ratio} from './describe.ts';

export function MpiView(): JSX.Element {
  const {profile, filter} = useSurroundings().store;
  const {rows} = profile.calls;
  const counted = rows.some((row) => row.counted);
  return (
    <section class="page mpi-page" aria-label="MPI">
      <p class="remark">
        {counted
          ? 'Calls as they were counted; times are of the wall clock, all ranks together. Waiting is at most what a call took beyond the quickest of its kind, unless it was measured (--mpi-sync).'
          : 'Calls were not counted in this run: times are those of the samples.'}
        {filter.value?.part && ' All of it is of the whole run: calls are counted, not when they came.'}
      </p>
      <table class="figures-table">
        <thead>
          <tr>
            <th scope="col">Call</th>
            <th scope="col">Line</th>
            {['Time', 'Of all', 'Waiting'].map(numberHead)}
            <th scope="col">Waits for</th>
            {['Count', 'Bytes', 'Bytes of one', 'Shortest', 'Longest', 'Slowest rank'].map(numberHead)}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <Call row={row} index={index} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

const numberHead = (title: string): JSX.Element => (
  <th scope="col" class="number">
    {title}
  </th>
);

/** Of WaitState. */
const waitedFor: Readonly<Record<string, string>> = {
  late_sender: 'late sender',
  late_receiver: 'late receiver',
  late_partner: 'late partner',
  collective: 'other ranks',
  barrier: 'other ranks',
};

function Call({row, index}: {row: CallRow; index: number}): JSX.Element {
  const {store} = useSurroundings();
  const {calls} = store.profile;
  const open = useSignal(false);
  const hasRanks = row.counted !== undefined && calls.ranks.length > 1;
  const {time_ranks: ranks} = row;
  return (
    <>
      <tr>
        <td class="name">
          {hasRanks ? (
            <button type="button" aria-expanded={open.value} onClick={() => (open.value = !open.value)}>
              {open.value ? '▾ ' : '▸ '}
              {visible(row.call)}
            </button>
          ) : (
            visible(row.call)
          )}
        </td>
        <td class="source">
          <CallerLink row={row} />
        </td>
        <td class="number">{duration(row.time_ns)}</td>
        <td class="number">{calls.time_of_ranks_ns > 0 ? percent(ratio(row.time_ns, calls.time_of_ranks_ns)) : ''}</td>
        <CountedCells counted={row.counted} />
        <td class="number">{ranks && ranks.argmax >= 0 ? `${ranks.argmax} (${duration(ranks.max)})` : ''}</td>
      </tr>
      {open.value && <CallRanks row={row} index={index} />}
    </>
  );
}

function CountedCells({counted}: {counted: CountedCalls | undefined}): JSX.Element {
  if (!counted) return <td colSpan={7} />;
  const waiting =
    counted.waiting === 'never' ? '' : `${counted.waiting === 'at_most' ? '≤ ' : ''}${duration(counted.wait_ns)}`;
  return (
    <>
      <td class="number">
        {waiting}
      </td>
      <td>{counted.waiting === 'never' ? '' : whomOf(counted)}</td>
      <td class="number">{count(counted.count)}</td>
      <td class="number">{counted.bytes > 0 ? bytes(counted.bytes) : ''}</td>
      <td class="number">{counted.bytes > 0 ? bytes(counted.bytes / Math.max(1, counted.count)) : ''}</td>
      <td class="number">{duration(counted.shortest_ns)}</td>
      <td class="number">{duration(counted.longest_ns)}</td>
    </>
  );
}

/** The rank that is late, or as much as the function tells. */
function whomOf({latest_rank: rank, wait_state: state = ''}: CountedCalls): string {
  if (rank >= 0) return `rank ${rank}`;
  return Object.hasOwn(waitedFor, state) ? (waitedFor[state] ?? '') : '';
}

/** The function of the calling line, if the profile has one by its name and file. */
function CallerLink({row}: {row: CallRow}): JSX.Element {
  const {store} = useSurroundings();
  const {file = '', line = 0} = row;
  const text = visible(line > 0 ? `${baseName(file)}:${line}` : file !== '' ? baseName(file) : (row.function ?? ''));
  const id = store.profile.functions.findIndex((fn) => fn.name === row.function && fn.file === file);
  if (id < 0 || line === 0) return <>{text}</>;
  return (
    <button
      type="button"
      class="link"
      title={visible(file)}
      onClick={() => openSource(store, id as Parameters<typeof openSource>[1], line)}
    >
      {text}
    </button>
  );
}

/** Time of each rank, with the part that it waited. */
function CallRanks({row, index}: {row: CallRow; index: number}): JSX.Element {
  const {store, palette} = useSurroundings();
  const {calls} = store.profile;
  const {rows, time, wait} = store.profile.callsByRank();
  const ranks = calls.ranks.length;
  const own = calls.ranks.map((_, i) => ({time: time[index * ranks + i] ?? 0, wait: wait[index * ranks + i] ?? 0}));
  const highest = largest(own.map((one) => one.time));
  const draw = (canvas: HTMLCanvasElement): void =>
    drawColumns(
      canvas,
      own.map((one) => ({
        parts: [
          {value: Math.max(0, one.time - one.wait), colour: palette.value.categories.mpi},
          {value: one.wait, colour: palette.value.categories.gil},
        ],
      })),
      highest,
      palette.value.surface,
    );
  return (
    <tr class="line-details">
      <td colSpan={12}>
        {index < rows ? (
          <figure>
            <Canvas
              class="columns-chart plain"
              draw={draw}
              role="img"
              aria-label={`${visible(row.call)} by rank, at most ${duration(highest)}: ${own
                .slice(0, 64)
                .map((one, i) => `${calls.ranks[i]}: ${duration(one.time)}, waiting ${duration(one.wait)}`)
                .join('; ')}`}
            />
            <figcaption>
              Time of each rank from {calls.ranks[0]} to {calls.ranks.at(-1)}, at most {duration(highest)}; above, the
              part spent waiting
            </figcaption>
          </figure>
        ) : (
          <p class="remark">This page has the times of single ranks for the {count(rows)} longest rows only.</p>
        )}
      </td>
    </tr>
  );
}
