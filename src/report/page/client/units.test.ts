import { expect, test } from "bun:test";
import { sinceText, spanText, timeOfDay } from "./units.ts";

test("spanText() takes the unit that is read at once", () => {
  expect([0, 999, 4280, 37_530, 3_000_000].map(spanText)).toEqual([
    ...["0µs", "999µs", "4.28ms", "37.5ms", "3.000s"],
  ]);
});

test("sinceText() has as many decimals as steps need", () => {
  expect(sinceText(5e6, 1e6)).toBe("5s");
  expect(sinceText(500_000, 100_000)).toBe("0.5s");
  expect(sinceText(1500, 500)).toBe("0.0015s");
  expect(sinceText(65_250_000, 10_000)).toBe("1:05.25");
  expect(sinceText(605e6, 5e6)).toBe("10:05");
  expect(sinceText(-2e6, 1e6)).toBe("-2s");
});

test("timeOfDay() is that of the instant, also before the epoch", () => {
  expect(timeOfDay(1795383300_123_456)).toBe("21:35:00.123");
  expect(timeOfDay(-1000)).toBe("23:59:59.999");
});
