/** The data block cannot be what pyprof wrote. The message is a sentence for the reader of the page. */
export class DecodeError extends Error {}

export function damaged(what: string): DecodeError {
  return new DecodeError(`the data block is damaged: ${what}`);
}

export function require(condition: boolean, what: string): void {
  if (!condition) throw damaged(what);
}
