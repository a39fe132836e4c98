// Regular expression search over functions, and what share of the profile the matches cover.
import {f64, u32} from './columns.ts';
import type {Profile, SourceFunction} from './profile.ts';
import {baseName} from './text.ts';
import {type CallTree, type NodeId, root} from './tree.ts';

export type Pattern =
  | {readonly kind: 'none'}
  | {readonly kind: 'invalid'; readonly message: string}
  | {readonly kind: 'regexp'; readonly regexp: RegExp};

/** Upper and lower case are the same unless the pattern has an upper-case letter. */
export function parsePattern(text: string): Pattern {
  if (text === '') return {kind: 'none'};
  const upper = /\p{Lu}/u.test(text.replace(/\\./g, ''));
  try {
    return {kind: 'regexp', regexp: new RegExp(text, upper ? '' : 'i')};
  } catch (error) {
    return {kind: 'invalid', message: error instanceof Error ? error.message : String(error)};
  }
}

/**
 * The text a pattern is matched against: the name, and the source file and library without their folders, which would
 * match whole programs by accident. A pattern with a slash means folders.
 */
export function searchText(fn: SourceFunction, withFolders: boolean): string {
  const file = (path: string): string => (withFolders ? path : baseName(path));
  return `${fn.name} ${file(fn.file)} ${file(fn.module?.path ?? '')}`;
}

export interface Matches {
  /** By FunctionId: 1 if it matches. */
  readonly functions: Uint8Array;
  /** Outermost matching nodes, the heaviest first. */
  readonly nodes: readonly NodeId[];
  /** Weight below matching nodes, nested matches counted once. */
  readonly covered: number;
}

export function findMatches(profile: Profile, tree: CallTree, regexp: RegExp): Matches {
  const withFolders = regexp.source.includes('/');
  const functions = Uint8Array.from(profile.functions, (fn) => Number(regexp.test(searchText(fn, withFolders))));
  const nodes: NodeId[] = [];
  let covered = 0;
  for (let node: number = root + 1; node < tree.count; ) {
    if (functions[functionOf(profile, tree, node as NodeId)] !== 1) {
      node++;
      continue;
    }
    nodes.push(node as NodeId);
    covered += f64(tree.total, node);
    node = u32(tree.end, node);
  }
  nodes.sort((a, b) => f64(tree.total, b) - f64(tree.total, a) || a - b);
  return {functions, nodes, covered};
}

/** Not for the root, which has no function. */
export function functionOf(profile: Profile, tree: CallTree, node: NodeId): number {
  return profile.locations[u32(profile.contexts.location, u32(tree.context, node))]?.function ?? 0;
}
