import { describe, expect, test } from "bun:test";
import { type EndedRequest, sampleRequests } from "./request-sample.ts";

/** Request N ended N ms in, ok after N microseconds unless said otherwise. */
function ended(count: number, changes: ReadonlyMap<number, Partial<EndedRequest>> = new Map()) {
  return Array.from({ length: count }, (_, index): EndedRequest => {
    const number = index + 1;
    const what = { latencyUs: 1000, replica: 0, attempts: 1, outcome: "ok" };
    return { number, endUs: number * 1000, ...what, ...changes.get(number) };
  });
}

describe("sampleRequests()", () => {
  test("keeps all as long as there is room", () => {
    const all = ended(10);
    expect(sampleRequests(all, 10)).toEqual(all);
    expect(sampleRequests([], 10)).toEqual([]);
  });

  test("keeps what was lost and what was slowest among thousands, in their order", () => {
    const changes = new Map([
      [777, { latencyUs: 900_000 }],
      [1500, { outcome: "failed", latencyUs: 1 }],
      [1999, { latencyUs: 50_000 }],
    ]);
    const sample = sampleRequests(ended(2000, changes), 100);
    const numbers = sample.map(({ number }) => number);
    expect(numbers).toHaveLength(100);
    expect(numbers).toEqual(expect.arrayContaining([777, 1500, 1999]));
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  });

  test("takes the rest evenly, so that a quiet part does not look empty", () => {
    const numbers = sampleRequests(ended(2000), 100).map(({ number }) => number);
    // 50 of the rest over 2000: about 10 in each quarter beyond the first, which holds the slowest.
    for (const quarter of [1, 2, 3]) {
      const within = numbers.filter((number) => Math.ceil(number / 500) === quarter + 1);
      expect(within.length).toBeGreaterThan(8);
    }
  });

  test("stays within its room when more than that was lost", () => {
    const lost = new Map(ended(500).map(({ number }) => [number, { outcome: "failed" }]));
    expect(sampleRequests(ended(1000, lost), 100)).toHaveLength(100);
  });
});
