import { expect, test } from "bun:test";
import { formatGrpcTimeout } from "./grpc-timeout.ts";

test.each([
  [5000, "5000m"],
  [0.2, "1m"],
  [-3, "1m"],
  [99_999_999, "99999999m"],
  // 100,000,000 ms have nine digits: 100,000 s.
  [100_000_000, "100000S"],
  [100_000_001, "100001S"],
  // 10^11 ms are 10^8 s, nine digits: 10^8 / 60 min, rounded up.
  [100_000_000_000, "1666667M"],
  [Number.POSITIVE_INFINITY, "99999999H"],
])("formatGrpcTimeout(%d) is %s, never less than asked for", (timeoutMs, expected) => {
  expect(formatGrpcTimeout(timeoutMs)).toBe(expected);
});
