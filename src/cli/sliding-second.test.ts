import { expect, test } from "bun:test";
import { SlidingSecond } from "./sliding-second.ts";

const t0Us = 1_795_383_300_000_000;

test("figures() counts what ended within the last second and takes the guide's percentiles", () => {
  const second = new SlidingSecond();
  // 100 ends, one every 10 ms, of 1..100 ms: floor(100 x 0.5) and floor(100 x 0.99) from 0.
  for (let at = 0; at < 100; at++) second.add(t0Us + at * 10_000, (at + 1) * 1000);
  expect(second.figures(t0Us + 999_999)).toEqual({ count: 100, p50Us: 51_000, p99Us: 100_000 });
  // 500 ms later the first 51 (at 0..500 ms) are older than a second: 52..100 remain.
  expect(second.figures(t0Us + 1_500_000)).toEqual({ count: 49, p50Us: 76_000, p99Us: 100_000 });
});

test("figures() says null when nothing ended in the last second", () => {
  const second = new SlidingSecond();
  expect(second.figures(t0Us)).toEqual({ count: 0, p50Us: null, p99Us: null });
  second.add(t0Us, 5);
  expect(second.figures(t0Us + 1_000_000)).toEqual({ count: 0, p50Us: null, p99Us: null });
});
