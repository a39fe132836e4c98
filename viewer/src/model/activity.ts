// What threads were doing: the selected metric by category, of all and of each rank.
import {f64, u32} from './columns.ts';
import {categories, type Category, type Profile} from './profile.ts';
import {everything, type Selection} from './selection.ts';
import {categoryOf, forEachValue} from './shown.ts';

/** By category, in the order of `categories`. */
export type Split = Float64Array;

/** How categories are called and, for those whose name does not say it, what they are. */
export const categoryLabels: Readonly<Record<Category, string>> = {
  python: 'Python',
  native: 'Native',
  mpi: 'MPI',
  io: 'Input and output',
  gil: 'Waits for the GIL',
  gc: 'Garbage collection',
  import: 'Importing',
  idle: 'Idle',
  other: 'Other',
};

export function splitOf(profile: Profile, selection: Selection): Split {
  const split = new Float64Array(categories.length);
  const {use} = profile.contexts;
  forEachValue(profile, selection, (context, weight) => {
    const category = categoryOf(u32(use, context));
    split[category] = f64(split, category) + weight;
  });
  return split;
}

/** Of each of the profile's groups, of the selection's metric; a rank with its part of what stands in sums over ranks. */
export function splitByGroup(profile: Profile, {metric}: Pick<Selection, 'metric'>): readonly Split[] {
  const splits = profile.groups.map(() => new Float64Array(categories.length));
  const {use} = profile.contexts;
  const add = (thread: number, category: number, weight: number): void => {
    const split = splits[u32(profile.groupOfThread, thread)];
    if (split) split[category] = f64(split, category) + weight;
  };
  const everyone = {...everything, metric};
  forEachValue(profile, everyone, (context, weight, thread) => add(thread, categoryOf(u32(use, context)), weight));
  if (metric === 0) addSums(profile, add);
  return splits;
}

/** What ranks have only as sums counts as MPI or other: more is not known of it. */
function addSums(profile: Profile, add: (thread: number, category: number, weight: number) => void): void {
  profile.threads.forEach((thread, id) => {
    add(id, categories.indexOf('mpi'), thread.summed_mpi_ns);
    add(id, categories.indexOf('other'), thread.summed_ns - thread.summed_mpi_ns);
  });
}

export const sumOf = (split: Split): number => split.reduce((sum, weight) => sum + weight, 0);

/** Indices of the categories with a share, the largest first. */
export function categoriesIn(split: Split): number[] {
  return [...split.keys()].filter((i) => f64(split, i) > 0).sort((a, b) => f64(split, b) - f64(split, a));
}
