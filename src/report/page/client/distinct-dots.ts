/** Where rows lie on a chart, and how fine it is. */
export interface DotPlane {
  /** Row `from` up to, not including, `to`. */
  readonly from: number;
  readonly to: number;
  readonly columnCount: number;
  readonly rowCount: number;
  /** Cell of a row, fractions allowed; beyond the edge counts as at the edge. */
  readonly xOf: (row: number) => number;
  readonly yOf: (row: number) => number;
  /** Rows of different kinds never share a dot, so that many of one cannot hide another. */
  readonly kindOf: (row: number) => number;
  readonly kindCount: number;
}

/**
 * One row for each cell and kind that has any. However many rows there are, each is shown: by its
 * own dot, or by one in the very same place. Nothing that stands apart is ever left out.
 */
export function distinctDots(plane: DotPlane): Uint32Array {
  const { from, to, columnCount, rowCount, xOf, yOf, kindOf, kindCount } = plane;
  const taken = new Uint8Array(columnCount * rowCount * kindCount);
  const rows = new Uint32Array(Math.min(taken.length, Math.max(0, to - from)));
  let count = 0;
  for (let row = from; row < to; row++) {
    const x = clamped(xOf(row), columnCount);
    const y = clamped(yOf(row), rowCount);
    const cell = (kindOf(row) * rowCount + y) * columnCount + x;
    if (taken[cell] === 1) continue;
    taken[cell] = 1;
    rows[count++] = row;
  }
  return rows.subarray(0, count);
}

function clamped(place: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(place)));
}
