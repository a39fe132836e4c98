// All that is known of one source line.
import type {JSX} from 'preact';
import {sumOf} from '../model/activity.ts';
import {comparedGroups} from '../model/imbalance.ts';
import {ratioValue} from '../model/kernels.ts';
import type {SourceLine} from '../model/source_lines.ts';
import {amount, percent, plural, visible} from '../model/text.ts';
import {openInGraph} from './actions.ts';
import {useSurroundings} from './context.ts';
import {metricLabel, ratio, sampleWord, shortPlace} from './describe.ts';
import {SplitLegend} from './split_bar.tsx';

const mostKernels = 8;

export function LineDetails({line, whole}: {line: SourceLine; whole: number}): JSX.Element {
  const {store} = useSurroundings();
  const {profile} = store;
  const {unit} = store.metric.value;
  return (
    <tr class="line-details">
      <td colSpan={profile.groups.length > 1 ? 6 : 5}>
        <p>
          {amount(line.own, unit)} of its own, {amount(line.total, unit)} with all that it calls
          {line.samples > 0 && `, ${plural(line.samples, sampleWord(store, 'sample'))}`}{' '}
          <button type="button" class="link" onClick={() => openInGraph(store, line.heaviest, functionAt(line))}>
            Show in the flame graph
          </button>
        </p>
        {sumOf(line.split) > 0 && <SplitLegend split={line.split} figure={(weight) => percent(ratio(weight, whole))} />}
        <Ranks line={line} />
        <Counters figures={line.figures} />
        <Kernels line={line} />
      </td>
    </tr>
  );

  function functionAt({heaviest}: SourceLine): Parameters<typeof openInGraph>[2] {
    return (profile.locations[profile.contexts.location[heaviest] ?? 0]?.function ?? 0) as Parameters<
      typeof openInGraph
    >[2];
  }
}

function Ranks({line}: {line: SourceLine}): JSX.Element | null {
  const {store} = useSurroundings();
  const groups = comparedGroups(store.profile);
  if (groups.length < 2) return null;
  const {min, mean, max, argmin, argmax} = line.ranks;
  const text = (value: number): string => amount(value, store.metric.value.unit);
  const label = (index: number): string => store.profile.groups[groups[index] ?? 0]?.label ?? '';
  return (
    <p>
      Over ranks: min {text(min)} ({label(argmin)}) · mean {text(mean)} · max {text(max)} ({label(argmax)})
    </p>
  );
}

/** Every metric but the shown one, and ratios. */
export function Counters({figures}: {figures: readonly number[]}): JSX.Element | null {
  const {profile, plain} = useSurroundings().store;
  if (profile.metrics.length < 2) return null;
  const counted = profile.metrics.map((metric, id) => ({metric, id})).filter(({id}) => id !== plain.value.metric);
  return (
    <p>
      {[
        ...counted.map(({metric, id}) => `${metricLabel(metric)} ${amount(figures[id] ?? 0, metric.unit)}`),
        ...profile.ratios.flatMap((one) => {
          const value = ratioValue(one, figures);
          return value === undefined ? [] : [`${visible(one.name)} ${value.toPrecision(3)} ${visible(one.unit)}`];
        }),
      ].join(' · ')}
    </p>
  );
}

function Kernels({line}: {line: SourceLine}): JSX.Element | null {
  const {store} = useSurroundings();
  if (line.kernels.length === 0) return null;
  return (
    <ul>
      {line.kernels.slice(0, mostKernels).map(({function: id, weight}) => (
        <li>
          {percent(ratio(weight, line.total))} in kernel{' '}
          <button type="button" class="link" onClick={() => store.go({page: 'kernels', fn: id})}>
            {visible(store.profile.functions[id]?.name ?? '')}
          </button>{' '}
          <span class="remark">{shortPlace(store.profile, id, 0)}</span>
        </li>
      ))}
    </ul>
  );
}
