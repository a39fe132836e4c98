// Switches about differences: what a rank is held against, and which changes are listed.
import type {JSX} from 'preact';
import type {Against} from '../model/contrast_choice.ts';
import {comparedGroups} from '../model/imbalance.ts';
import type {GroupId} from '../model/profile.ts';
import {plural} from '../model/text.ts';
import {useSurroundings} from './context.ts';

/** Of a chosen rank. */
export function AgainstSelect(): JSX.Element | null {
  const {store} = useSurroundings();
  const {profile, state} = store;
  const {group, against, thread} = state.value;
  if (group === undefined || thread !== undefined || profile.groups.length < 2) return null;
  const groups = comparedGroups(profile);
  const change = (text: string): void => {
    const chosen: Against | undefined = text === '' ? undefined : text === 'mean' ? 'mean' : (Number(text) as GroupId);
    store.go({against: chosen, ...(chosen === undefined ? {} : {colouring: 'difference'})});
  };
  return (
    <select aria-label="Minus" title="What is taken off" value={against ?? ''} onChange={(event) => change(event.currentTarget.value)}>
      <option value="">minus nothing</option>
      <option value="mean">minus the mean of {plural(groups.length, profile.run.ranks > 0 ? 'rank' : 'process', profile.run.ranks > 0 ? 'ranks' : 'processes')}</option>
      {groups
        .filter((id) => id !== group)
        .map((id) => (
          <option value={id}>minus {profile.groups[id]?.label}</option>
        ))}
    </select>
  );
}

export function ChangesChoice(): JSX.Element {
  const {store} = useSurroundings();
  const {granularity, allChanges} = store.state.value;
  return (
    <>
      <div class="choice" role="group" aria-label="Rows">
        <button type="button" aria-pressed={granularity === 'function'} onClick={() => store.go({granularity: 'function'})}>Functions</button>
        <button type="button" aria-pressed={granularity === 'line'} onClick={() => store.go({granularity: 'line'})}>Lines</button>
      </div>
      <button
        type="button"
        class="toggle"
        aria-pressed={allChanges}
        title="Also what differs by chance or by less than 1 % of the total"
        onClick={() => store.go({allChanges: !allChanges})}
      >
        All changes
      </button>
    </>
  );
}
