// A weight by category as one bar, and what its colours mean.
import type {JSX} from 'preact';
import {categoryLabels, categoriesIn, type Split, sumOf} from '../model/activity.ts';
import {f64} from '../model/columns.ts';
import {categories} from '../model/profile.ts';
import {percent} from '../model/text.ts';
import {useSurroundings} from './context.ts';
import {ratio} from './describe.ts';

/** In the order of the categories, as wide as `whole`, in words for those who do not see it. */
export function SplitBar({split, whole}: {split: Split; whole: number}): JSX.Element {
  const {palette} = useSurroundings();
  const present = categories.map((_, i) => i).filter((i) => f64(split, i) > 0);
  const words = categoriesIn(split)
    .map((i) => `${labelAt(i)} ${percent(ratio(f64(split, i), sumOf(split)))}`)
    .join(', ');
  return (
    <span class="split" role="img" aria-label={words} title={words}>
      {present.map((i) => (
        <i
          style={{width: `${100 * ratio(f64(split, i), whole)}%`, backgroundColor: palette.value.categories[nameAt(i)]}}
        />
      ))}
    </span>
  );
}

/** Each category with its share and figure, the largest first. */
export function SplitLegend({split, figure}: {split: Split; figure: (weight: number) => string}): JSX.Element {
  const {palette} = useSurroundings();
  return (
    <ul class="split-legend">
      {categoriesIn(split).map((i) => (
        <li>
          <i style={{backgroundColor: palette.value.categories[nameAt(i)]}} />
          <b>{percent(ratio(f64(split, i), sumOf(split)))}</b> {labelAt(i)} <span>{figure(f64(split, i))}</span>
        </li>
      ))}
    </ul>
  );
}

export const nameAt = (i: number): (typeof categories)[number] => categories[i] ?? 'other';
export const labelAt = (i: number): string => categoryLabels[nameAt(i)];
