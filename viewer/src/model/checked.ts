// Values from JSON that must look like an example: the same keys with the same kinds of values, lists of one kind.
import {DecodeError} from './decode_error.ts';

/** The value itself; `null` passes where the example is null or `optional`. Examples say how deep this looks. */
export function checked<T>(value: unknown, example: T, what: string): T {
  if (example instanceof Optional)
    return (value === undefined || value === null ? undefined : checked(value, example.example, what)) as T;
  if (Array.isArray(example)) {
    if (!Array.isArray(value)) throw wrong(what);
    value.forEach((item) => checked(item, example[0] as unknown, what));
    return value as T;
  }
  if (typeof example === 'object' && example !== null) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(what);
    const fields = value as Record<string, unknown>;
    for (const [key, part] of Object.entries(example)) checked(fields[key], part as unknown, `${what}.${key}`);
    return value as T;
  }
  if (typeof value !== typeof example || (typeof value === 'number' && !Number.isFinite(value))) throw wrong(what);
  return value as T;
}

class Optional {
  constructor(readonly example: unknown) {}
}

export function optional<T>(example: T): T | undefined {
  return new Optional(example) as unknown as T;
}

function wrong(what: string): DecodeError {
  return new DecodeError(`the data block is damaged: ${what} is missing or not what it should be`);
}
