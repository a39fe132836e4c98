// What part of a profile is looked at, and how finely.
import type {FunctionId, GroupId, ThreadId} from './profile.ts';

export type Frames = 'all' | 'python' | 'native';
export type Granularity = 'function' | 'line';
/** Where the work of threads without Python stands: below the line that it was for, or apart. */
export type Workers = 'joined' | 'apart';

/**
 * A change of the stacks: `focus` keeps what a function calls and cuts what calls it, `hide` gives its own time to its
 * callers, `drop` leaves out all stacks with it, `recursion` shows it once where it calls itself, `library` shows calls
 * within its library as one.
 */
export const transformKinds = ['focus', 'hide', 'drop', 'recursion', 'library'] as const;
export type TransformKind = (typeof transformKinds)[number];

export interface Transform {
  readonly kind: TransformKind;
  readonly function: FunctionId;
}

export interface Selection {
  /** Index of one of the profile's metrics. */
  readonly metric: number;
  readonly group: GroupId | undefined;
  readonly thread: ThreadId | undefined;
  readonly frames: Frames;
  readonly granularity: Granularity;
  readonly workers: Workers;
  /** Show interpreter internals between Python frames. */
  readonly machinery: boolean;
  /** Done one after the other. */
  readonly transforms: readonly Transform[];
}

export const everything: Selection = {
  metric: 0,
  group: undefined,
  thread: undefined,
  frames: 'all',
  granularity: 'function',
  workers: 'joined',
  machinery: false,
  transforms: [],
};
