// The flame graph page: the tree of calls as boxes, upside down, around one function, or as a table.
import type {JSX} from 'preact';
import {visible} from '../model/text.ts';
import type {Colouring} from '../state/state.ts';
import {stackKeys, transformAtCursor} from './actions.ts';
import {type Choice, choiceOf, offeredChoices} from './colouring.ts';
import {useSurroundings} from './context.ts';
import {VanishedSwitch} from './difference_legend.tsx';
import {FlameCanvas} from './flame.tsx';
import {Path} from './path.tsx';
import {SandwichView} from './sandwich.tsx';
import {TableView} from './table.tsx';
import {Transforms} from './transforms.tsx';

export function FlamePage(): JSX.Element {
  const {store} = useSurroundings();
  const {graph} = store.state.value;
  return (
    <section class="flame-page" aria-label="Flame graph">
      {graph === 'table' ? <TableView /> : graph === 'sandwich' ? <SandwichView /> : <WholeGraph />}
    </section>
  );
}

function WholeGraph(): JSX.Element {
  const {store} = useSurroundings();
  return (
    <>
      <Path />
      <div class="strip actions">
        <div class="choice" role="group" aria-label="Change the stacks">
          {stackKeys.map(({key, kind, title, does}) => (
            <button type="button" title={`${does} (${key})`} onClick={() => transformAtCursor(store, kind)}>
              {title}
            </button>
          ))}
        </div>
        <Transforms />
        <VanishedSwitch />
        <ColourSelect />
      </div>
      <FlameCanvas drawing={store.drawing} takesKeys label="Flame graph" />
    </>
  );
}

const colourNames: Readonly<Record<Exclude<Colouring, 'ratio'>, string>> = {
  domain: 'by kind of code',
  module: 'by library',
  heat: 'by own time',
  imbalance: 'by imbalance',
  difference: 'by difference',
};

const valueOf = ({colouring, ratio}: Choice): string => (colouring === 'ratio' ? `ratio ${ratio}` : colouring);

function ColourSelect(): JSX.Element {
  const {store} = useSurroundings();
  const offered = offeredChoices(store);
  const name = ({colouring, ratio}: Choice): string =>
    colouring === 'ratio' ? `by ${visible(store.profile.ratios[ratio]?.name ?? '')}` : colourNames[colouring];
  return (
    <label class="colour">
      Colours{' '}
      <select
        value={valueOf(choiceOf(store))}
        onChange={(event) => store.go(offered.find((one) => valueOf(one) === event.currentTarget.value) ?? {})}
      >
        {offered.map((one) => (
          <option value={valueOf(one)}>{name(one)}</option>
        ))}
      </select>
    </label>
  );
}
