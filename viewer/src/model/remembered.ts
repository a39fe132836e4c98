// What follows from a part of a profile that selections and ranges of time leave alone is computed once.
import type {Contexts, Profile} from './profile.ts';

/** `make` must use contexts, locations and functions only. */
export function onceForContexts<T>(make: (profile: Profile) => T): (profile: Profile) => T {
  const made = new WeakMap<Contexts, T>();
  return (profile) => {
    const known = made.get(profile.contexts);
    if (known !== undefined) return known;
    const value = make(profile);
    made.set(profile.contexts, value);
    return value;
  };
}
