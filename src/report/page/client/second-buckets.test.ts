import { expect, test } from "bun:test";
import { type SecondFigures, secondBuckets } from "./second-buckets.ts";

function second(
  at: number,
  ok: readonly number[],
  lost = 0,
  p99Us: number | null = 9,
): SecondFigures {
  return { second: at, okByReplica: ok, lost, p50Us: p99Us === null ? null : 1, p99Us };
}

test("secondBuckets() has each second that is shown at its place, also where one is missing", () => {
  const seconds = [second(0, [1, 2]), second(1, [3, 4], 5, null), second(3, [6, 0])];
  const all = secondBuckets(seconds, { fromUs: 0, toUs: 4e6 }, 2);
  expect([all.fromUs, all.widthUs, all.count]).toEqual([0, 1e6, 4]);
  expect(all.ok.map((own) => [...own])).toEqual([
    [1, 3, 0, 6],
    [2, 4, 0, 0],
  ]);
  expect([...all.notOk]).toEqual([0, 5, 0, 0]);
  expect([...all.p99Us]).toEqual([9, Number.NaN, Number.NaN, 9]);
  const part = secondBuckets(seconds, { fromUs: 1.4e6, toUs: 2.5e6 }, 2);
  expect([part.fromUs, part.count]).toEqual([1e6, 2]);
  expect(part.ok.map((own) => [...own])).toEqual([
    [3, 0],
    [4, 0],
  ]);
});

test("secondBuckets() of a long run adds seconds up and keeps the highest percentile", () => {
  const seconds = Array.from({ length: 3600 }, (_, at) =>
    second(at, [1], 0, at === 1234 ? 500 : 9),
  );
  const { widthUs, count, ok, p99Us } = secondBuckets(seconds, { fromUs: 0, toUs: 3600e6 }, 1);
  expect(widthUs).toBe(10e6);
  expect(count).toBe(360);
  expect(ok[0]?.every((each) => each === 10)).toBe(true);
  expect([p99Us[122], p99Us[123], p99Us[124]]).toEqual([9, 500, 9]);
});
