const steps = [1, 2.5, 5];

/** Bounds of a histogram's buckets in seconds: 1, 2.5, 5 of each decade between two spans. */
export function atMillis(leastMs: number, mostMs: number): number[] {
  const bounds: number[] = [];
  for (let exponent = -3; 10 ** exponent <= mostMs; exponent++) {
    for (const step of steps) {
      // Through its digits: 2.5 * 0.001 is not 0.0025.
      const ms = Number(`${step}e${exponent}`);
      if (ms >= leastMs && ms <= mostMs) bounds.push(Number(`${step}e${exponent - 3}`));
    }
  }
  return bounds;
}
