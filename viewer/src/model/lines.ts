// Source lines: locations that differ only in how their frame was found are the same line.
import {onceForContexts} from './remembered.ts';

/** A number for each line, by LocationId, and how many there are. */
export const lineKeys = onceForContexts((profile): {keys: Uint32Array; count: number} => {
  const numbers = new Map<number, number>();
  const keys = Uint32Array.from(profile.locations, ({function: id, line}) => {
    const name = id * 2 ** 32 + line;
    const key = numbers.get(name) ?? numbers.size;
    numbers.set(name, key);
    return key;
  });
  return {keys, count: numbers.size};
});
