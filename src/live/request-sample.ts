/** A request that ended, as a page shows it. */
export interface EndedRequest {
  readonly number: number;
  readonly endUs: number;
  readonly latencyUs: number;
  readonly replica: number;
  readonly attempts: number;
  readonly outcome: string;
}

/**
 * At most `maxCount` of them in the order they ended: half of the room goes to those that were lost
 * and then to the slowest, so that no outlier hides; the rest are taken evenly.
 */
export function sampleRequests(
  ended: readonly EndedRequest[],
  maxCount: number,
): readonly EndedRequest[] {
  if (ended.length <= maxCount) return ended;
  const byWeight = ended.toSorted(
    (a, b) => Number(a.outcome === "ok") - Number(b.outcome === "ok") || b.latencyUs - a.latencyUs,
  );
  const chosen = new Set(byWeight.slice(0, Math.ceil(maxCount / 2)));
  const others = ended.filter((request) => !chosen.has(request));
  const room = maxCount - chosen.size;
  for (let taken = 0; taken < room; taken++) {
    const request = others[Math.floor((taken * others.length) / room)];
    if (request !== undefined) chosen.add(request);
  }
  return ended.filter((request) => chosen.has(request));
}
