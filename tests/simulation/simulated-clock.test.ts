import { expect, test } from "bun:test";
import { seededRandom } from "../../src/base/random.ts";
import { SimulatedClock } from "./simulated-clock.ts";

test("timers fire in the order of their instants, equals in the order they were set", () => {
  const clock = new SimulatedClock(0);
  const random = seededRandom(1);
  const set: { atUs: number; order: number }[] = [];
  const fired: { atUs: number; order: number }[] = [];
  for (let order = 0; order < 2000; order++) {
    const timer = { atUs: Math.floor(random.next() * 300), order };
    const cancel = clock.after(timer.atUs / 1000, () => {
      expect(clock.nowUs()).toBe(timer.atUs);
      fired.push(timer);
    });
    if (order % 3 === 0) cancel();
    else set.push(timer);
  }
  expect(clock.timerCount).toBe(set.length);
  clock.advanceMs(1);
  expect(fired).toEqual(set.toSorted((a, b) => a.atUs - b.atUs || a.order - b.order));
  expect(clock.nowUs()).toBe(1000);
});

test("a share counts its own timers until they fire or are called off", () => {
  const clock = new SimulatedClock();
  const share = clock.share();
  clock.after(1, () => undefined);
  share.after(1, () => undefined);
  const cancel = share.after(2, () => undefined);
  expect(share.timerCount).toBe(2);
  clock.advanceMs(1);
  expect(share.timerCount).toBe(1);
  cancel();
  cancel();
  expect([share.timerCount, clock.timerCount]).toEqual([0, 0]);
});
