import { expect, test } from "bun:test";
import { VirtualClock } from "../../tests/support/virtual-clock.ts";
import { untimelyText } from "./untimely-certificate.ts";

test("untimelyText() says of a certificate that its time is over, or is yet to come", () => {
  const clock = new VirtualClock();
  const nowMs = clock.nowUs() / 1000;
  const said = (fromMs: number, toMs: number) => {
    const [validFromDate, validToDate] = [new Date(nowMs + fromMs), new Date(nowMs + toMs)];
    return untimelyText({ validFromDate, validToDate }, clock);
  };
  expect(said(-1000, 1000)).toBeUndefined();
  expect(said(-2000, -1000)).toBe(`expired on ${new Date(nowMs - 1000).toISOString()}`);
  expect(said(1000, 2000)).toBe(
    `is valid from ${new Date(nowMs + 1000).toISOString()} on, not yet`,
  );
});
