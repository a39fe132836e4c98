// What the slowest rank does beyond the fastest, as a flame graph: of all, or of one function with what it calls.
import {useComputed} from '@preact/signals';
import type {JSX} from 'preact';
import {type Against, extremesOf} from '../model/contrast_choice.ts';
import type {RankRow} from '../model/imbalance.ts';
import type {FunctionId, GroupId} from '../model/profile.ts';
import {visible} from '../model/text.ts';
import type {Place} from '../model/tree.ts';
import type {Store} from '../state/store.ts';
import {useSurroundings} from './context.ts';

interface Props {
  readonly groups: readonly GroupId[];
  readonly chosen: RankRow | undefined;
}

export function SlowMinusFast({groups, chosen}: Props): JSX.Element | null {
  const {store} = useSurroundings();
  const {slowest, fastest} = useComputed(() => extremesOf(store.profile, store.plain.value.metric, groups)).value ?? {};
  const differ = slowest !== undefined && fastest !== undefined;
  return (
    <div class="slow-minus-fast" role="group" aria-label="Slow minus fast">
      {differ && <Offer slowest={slowest} against={fastest} />}
      {differ && <Offer slowest={slowest} against="mean" />}
      {chosen && chosen.imbalance.max > chosen.imbalance.min && <OfFunction row={chosen} groups={groups} />}
    </div>
  );
}

function OfFunction({row, groups}: {row: RankRow; groups: readonly GroupId[]}): JSX.Element | null {
  const {argmin, argmax} = row.imbalance;
  const [slowest, fastest] = [groups[argmax], groups[argmin]];
  if (slowest === undefined || fastest === undefined) return null;
  return <Offer slowest={slowest} against={fastest} fn={row.function} />;
}

interface OfferProps {
  readonly slowest: GroupId;
  readonly against: Against;
  readonly fn?: FunctionId;
}

function Offer({slowest, against, fn}: OfferProps): JSX.Element {
  const {store} = useSurroundings();
  const {profile} = store;
  const label = (group: GroupId): string => profile.groups[group]?.label ?? '';
  const name = fn === undefined ? '' : ` in ${visible(profile.functions[fn]?.name ?? '')}`;
  return (
    <button type="button" class="toggle" onClick={() => showDifference(store, slowest, against, fn)}>
      {label(slowest)} − {against === 'mean' ? 'mean' : label(against)}
      {name}
    </button>
  );
}

function showDifference(store: Store, group: GroupId, against: Against, fn: FunctionId | undefined): void {
  store.go({
    page: 'flame', graph: 'icicle', colouring: 'difference', group, against, thread: undefined, zoom: 0 as Place, cursor: 0 as Place,
    transforms: fn === undefined ? [] : [{kind: 'focus', function: fn}],
  });
}
