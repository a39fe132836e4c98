// What the transforms make of each context. One pass over all contexts for each transform, callers before callees.
import {u32} from './columns.ts';
import type {Profile} from './profile.ts';
import type {Transform} from './selection.ts';

export const Fate = {
  shown: 0,
  /** Its time is its caller's. */
  folded: 1,
  /** It is what `outer` is. */
  joined: 2,
  /** In no stack that is shown. */
  outside: 3,
} as const;

export interface Fates {
  readonly fate: Uint8Array;
  /** 1: a stack begins here. */
  readonly begins: Uint8Array;
  /** Of joined contexts. */
  readonly outer: Uint32Array;
  readonly rootIsOutside: boolean;
}

/** `isShown`: of a LocationId, before the transforms. Nothing if there is nothing to do. */
export function fatesOf(
  profile: Profile,
  transforms: readonly Transform[],
  isShown: (location: number) => boolean,
): Fates | undefined {
  if (transforms.length === 0) return undefined;
  const {count} = profile.contexts;
  const fates = new Transformer(profile, isShown, new Uint8Array(count), new Uint8Array(count), new Uint32Array(count));
  transforms.forEach((transform) => fates.add(transform));
  return {...fates, rootIsOutside: transforms.some(({kind}) => kind === 'focus')};
}

class Transformer {
  constructor(
    private readonly profile: Profile,
    private readonly isShown: (location: number) => boolean,
    readonly fate: Uint8Array,
    readonly begins: Uint8Array,
    readonly outer: Uint32Array,
  ) {}

  add({kind, function: id}: Transform): void {
    if (kind === 'focus') this.focus(id);
    else if (kind === 'hide') this.forEach((i) => void (this.is(i, id) && (this.fate[i] = Fate.folded)));
    else if (kind === 'drop') this.drop(id);
    else if (kind === 'recursion') this.joinRecursion(id);
    else this.foldLibrary(id);
  }

  private focus(id: number): void {
    const inside = new Uint8Array(this.fate.length);
    this.forEach((i, caller) => {
      const was = this.begins[i] === 1 ? 0 : inside[caller];
      if (was === 0 && this.is(i, id)) this.begins[i] = 1;
      if (was === 1 || this.is(i, id)) inside[i] = 1;
      else this.fate[i] = Fate.outside;
    });
  }

  private drop(id: number): void {
    const gone = new Uint8Array(this.fate.length);
    this.forEach((i, caller) => {
      if ((this.begins[i] === 1 || gone[caller] === 0) && !this.is(i, id)) return;
      gone[i] = 1;
      this.fate[i] = Fate.outside;
    });
  }

  private joinRecursion(id: number): void {
    const first = new Uint32Array(this.fate.length);
    this.forEach((i, caller) => {
      const above = this.begins[i] === 1 ? 0 : u32(first, caller);
      first[i] = above;
      if (!this.is(i, id)) return;
      if (above === 0) {
        first[i] = i;
      } else {
        this.fate[i] = Fate.joined;
        this.outer[i] = above;
      }
    });
  }

  private foldLibrary(id: number): void {
    const wanted = this.profile.functions[id]?.module;
    const within = new Uint8Array(this.fate.length);
    this.forEach((i, caller) => {
      const was = this.begins[i] === 1 ? 0 : (within[caller] ?? 0);
      if (!this.shows(i)) {
        within[i] = was;
        return;
      }
      within[i] = Number(wanted !== undefined && this.functionOf(i)?.module === wanted);
      if (was === 1 && within[i] === 1) this.fate[i] = Fate.folded;
    });
  }

  /** Contexts that are in a stack still. */
  private forEach(step: (context: number, caller: number) => void): void {
    const {count, parent} = this.profile.contexts;
    for (let i = 1; i < count; i++) if (this.fate[i] !== Fate.outside) step(i, u32(parent, i));
  }

  private functionOf(context: number): Profile['functions'][number] | undefined {
    const {contexts, locations, functions} = this.profile;
    return functions[locations[u32(contexts.location, context)]?.function ?? -1];
  }

  private shows(context: number): boolean {
    return this.fate[context] === Fate.shown && this.isShown(u32(this.profile.contexts.location, context));
  }

  private is(context: number, id: number): boolean {
    const {contexts, locations} = this.profile;
    return this.shows(context) && locations[u32(contexts.location, context)]?.function === id;
  }
}
