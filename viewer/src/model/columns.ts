// Columns: typed arrays that hold one number per context, node or value. Indices that reach these readers were checked
// when the page was decoded or come from loops over the column itself, so a missing element cannot be.

export const u32 = (column: Uint32Array, index: number): number => column[index] as number;
export const f64 = (column: Float64Array, index: number): number => column[index] as number;

/** 0 of nothing. */
export function largest(values: Iterable<number>): number {
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** The running sums of `counts`, one longer than it: where each group starts in a counting sort, and where all end. */
export function starts(counts: Uint32Array): Uint32Array {
  const result = new Uint32Array(counts.length + 1);
  for (let i = 0; i < counts.length; i++) result[i + 1] = u32(result, i) + u32(counts, i);
  return result;
}

/** The first index in [low, high) for which `reached` holds; it must never hold before an index where it does not. */
export function firstIndex(low: number, high: number, reached: (index: number) => boolean): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (reached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
