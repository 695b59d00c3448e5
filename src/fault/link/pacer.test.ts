import { describe, expect, test } from "bun:test";
import { VirtualClock } from "../../../tests/support/virtual-clock.ts";
import { Pacer } from "./pacer.ts";

/** Somebody with so many bytes to send, and when they left. */
function sender(pacer: Pacer, clock: VirtualClock, byteCount: number) {
  const sent: { tUs: number; byteCount: number }[] = [];
  let leftCount = byteCount;
  const ask = () => {
    pacer.request((allowedCount) => {
      const nowCount = Math.min(allowedCount, leftCount);
      leftCount -= nowCount;
      sent.push({ tUs: clock.nowUs(), byteCount: nowCount });
      if (leftCount > 0) ask();
      return nowCount;
    });
  };
  ask();
  return {
    sent,
    sentCount: () => byteCount - leftCount,
  };
}

describe("Pacer", () => {
  test.each([1000, 65_536, 10_000_000])("keeps to %p bytes a second, smoothly", async (rate) => {
    const clock = new VirtualClock();
    const startUs = clock.nowUs();
    const { sent, sentCount } = sender(new Pacer(clock, rate), clock, rate * 10);
    await clock.advanceMs(5000);
    expect(sentCount() / (rate * 5)).toBeGreaterThan(0.99);
    expect(sentCount() / (rate * 5)).toBeLessThan(1.001);
    // No tenth of a second is missed or got twice its share.
    for (let slot = 0; slot < 50; slot++) {
      const inSlot = sent.filter(({ tUs }) => Math.floor((tUs - startUs) / 100_000) === slot);
      const byteCount = inSlot.reduce((sum, each) => sum + each.byteCount, 0);
      expect(byteCount / (rate / 10)).toBeGreaterThan(0.9);
      expect(byteCount / (rate / 10)).toBeLessThan(1.1);
    }
  });

  test("shares it out evenly, a late comer included", async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock, 100_000);
    const first = sender(pacer, clock, 1_000_000);
    await clock.advanceMs(1000);
    const second = sender(pacer, clock, 1_000_000);
    const before = first.sentCount();
    await clock.advanceMs(2000);
    expect((first.sentCount() - before) / second.sentCount()).toBeGreaterThan(0.95);
    expect((first.sentCount() - before) / second.sentCount()).toBeLessThan(1.05);
  });

  test("saves up no more than a burst while nobody sends", async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock, 100_000);
    await clock.advanceMs(60_000);
    const { sentCount } = sender(pacer, clock, 1_000_000);
    await clock.advanceMs(1);
    expect(sentCount()).toBeLessThanOrEqual(5_500);
    expect(sentCount()).toBeGreaterThan(4_000);
  });

  test("leaves no timer behind when it is closed", async () => {
    const clock = new VirtualClock();
    const pacer = new Pacer(clock, 1000);
    const { sentCount } = sender(pacer, clock, 1000);
    pacer.close();
    await clock.advanceMs(1000);
    expect([sentCount(), clock.timerCount]).toEqual([0, 0]);
  });
});
