import { describe, expect, test } from "bun:test";
import { PingStrikes } from "./ping-strikes.ts";

/** Pings at these instants; all that is sent between are acknowledgements, and `sentBytes`. */
function judged(minIntervalMs: number, pings: readonly (readonly [atMs: number, sent: number])[]) {
  const strikes = new PingStrikes(minIntervalMs);
  return pings.map(([atMs, sent], index) => strikes.isAbuse(atMs * 1000, 18 + 17 * index + sent));
}

describe("PingStrikes", () => {
  test("lets pings be that keep their distance", () => {
    const pings = [0, 100, 200, 300, 400, 500].map((atMs) => [atMs, 0] as const);
    expect(judged(100, pings)).not.toContain(true);
  });

  test("the third in a row that comes too soon is one too many", () => {
    const pings = [0, 10, 20, 30].map((atMs) => [atMs, 0] as const);
    expect(judged(100, pings)).toEqual([false, false, false, true]);
  });

  test("one that keeps its distance forgives", () => {
    const pings = [0, 10, 20, 200, 210, 220, 230].map((atMs) => [atMs, 0] as const);
    expect(judged(100, pings)).toEqual([false, false, false, false, false, false, true]);
  });

  test("whatever else is sent forgives, so that a reader may measure its connection", () => {
    const pings = Array.from({ length: 20 }, (_, index) => [index, index * 1000] as const);
    expect(judged(100, pings)).not.toContain(true);
  });

  test("acknowledgements that are counted late are nothing else", () => {
    const strikes = new PingStrikes(100);
    const written = [18, 18, 18, 18 + 3 * 17, 18 + 4 * 17];
    const found = written.map((bytes, index) => strikes.isAbuse(index * 1000, bytes));
    expect(found).toEqual([false, false, false, true, true]);
  });
});
