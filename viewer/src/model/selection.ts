// What part of a profile is looked at, and how finely.
import type {GroupId, ThreadId} from './profile.ts';

export type Frames = 'all' | 'python' | 'native';
export type Granularity = 'function' | 'line';
/** Where the work of threads without Python stands: below the line that it was for, or apart. */
export type Workers = 'joined' | 'apart';

export interface Selection {
  readonly group: GroupId | undefined;
  readonly thread: ThreadId | undefined;
  readonly frames: Frames;
  readonly granularity: Granularity;
  readonly workers: Workers;
  /** Show interpreter internals between Python frames. */
  readonly machinery: boolean;
}
