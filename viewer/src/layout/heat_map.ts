// Geometry of a heat map: rows of equal height, columns that share the width. Pure; pixels are CSS pixels.
export interface HeatMap {
  readonly rows: number;
  readonly columns: number;
  readonly width: number;
  readonly rowHeight: number;
}

export interface Cell {
  readonly row: number;
  readonly column: number;
}

export function cellAt(map: HeatMap, x: number, y: number): Cell | undefined {
  const row = Math.floor(y / map.rowHeight);
  const column = Math.floor((x / map.width) * map.columns);
  return row >= 0 && row < map.rows && column >= 0 && column < map.columns ? {row, column} : undefined;
}

/** Where a key leads from a cell, within the map; undefined for keys that lead nowhere. A page is a sixteenth of the columns. */
export function cellAfter(map: Pick<HeatMap, 'rows' | 'columns'>, {row, column}: Cell, key: string): Cell | undefined {
  const page = Math.max(1, Math.floor(map.columns / 16));
  const steps: Readonly<Record<string, Cell>> = {
    ArrowUp: {row: row - 1, column},
    ArrowDown: {row: row + 1, column},
    ArrowLeft: {row, column: column - 1},
    ArrowRight: {row, column: column + 1},
    Home: {row, column: 0},
    End: {row, column: map.columns - 1},
    PageUp: {row, column: column - page},
    PageDown: {row, column: column + page},
  };
  const next = Object.hasOwn(steps, key) ? steps[key] : undefined;
  return next && {row: within(next.row, map.rows), column: within(next.column, map.columns)};
}

const within = (value: number, limit: number): number => Math.max(0, Math.min(value, limit - 1));

/** Left edge and width of a column, at least a pixel wide. */
export function spanOfColumn(map: HeatMap, column: number): {left: number; width: number} {
  const left = (column / map.columns) * map.width;
  return {left, width: Math.max(1, ((column + 1) / map.columns) * map.width - left)};
}

/**
 * The largest of the figures that fall on each of `pixels` pixels, in the given order of columns: with more ranks than
 * pixels none that stands out is lost.
 */
export function largestPerPixel(figures: Float64Array, order: readonly number[], pixels: number): Float64Array {
  const result = new Float64Array(pixels);
  for (let pixel = 0; pixel < pixels; pixel++) {
    const first = Math.floor((pixel * order.length) / pixels);
    const end = Math.max(first + 1, Math.floor(((pixel + 1) * order.length) / pixels));
    let largest = 0;
    for (let i = first; i < end; i++) largest = Math.max(largest, figures[order[i] ?? 0] ?? 0);
    result[pixel] = largest;
  }
  return result;
}
