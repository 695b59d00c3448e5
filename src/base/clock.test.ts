import { expect, test } from "bun:test";
import { type Clock, sleep, systemClock, waitUntil, wallClockDriftUs } from "./clock.ts";

/** Time that passes only when told to. */
class ManualClock implements Clock {
  #nowUs = 0;
  #timers: { atUs: number; action: () => void }[] = [];

  nowUs(): number {
    return this.#nowUs;
  }

  after(delayMs: number, action: () => void) {
    const timer = { atUs: this.#nowUs + delayMs * 1000, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((candidate) => candidate !== timer);
    };
  }

  get timerCount(): number {
    return this.#timers.length;
  }

  async advance(byMs: number): Promise<void> {
    this.#nowUs += byMs * 1000;
    const due = this.#timers.filter(({ atUs }) => atUs <= this.#nowUs);
    this.#timers = this.#timers.filter(({ atUs }) => atUs > this.#nowUs);
    for (const { action } of due) action();
    await Promise.resolve();
    await Promise.resolve();
  }
}

test("systemClock agrees with the wall clock to a few milliseconds and never runs backwards", () => {
  expect(Math.abs(systemClock.nowUs() - Date.now() * 1000)).toBeLessThan(50_000);
  expect(Math.abs(wallClockDriftUs())).toBeLessThan(50_000);
  let previousUs = systemClock.nowUs();
  for (let i = 0; i < 10_000; i++) {
    const nowUs = systemClock.nowUs();
    expect(nowUs >= previousUs).toBe(true);
    previousUs = nowUs;
  }
});

test("systemClock.after() runs once and can be called off", async () => {
  let ran = 0;
  systemClock.after(1, () => ran++);
  systemClock.after(1, () => (ran += 100))();
  await sleep(systemClock, 50);
  expect(ran).toBe(1);
});

test("systemClock.after() takes a delay beyond what a timer can hold for a long one", async () => {
  let ran = false;
  const cancel = systemClock.after(2 ** 40, () => {
    ran = true;
  });
  await sleep(systemClock, 20);
  cancel();
  expect(ran).toBe(false);
});

test("sleep() ends when its time has passed, not before", async () => {
  const clock = new ManualClock();
  let ended = false;
  const slept = sleep(clock, 100).then(() => {
    ended = true;
  });
  await clock.advance(99);
  expect(ended).toBe(false);
  await clock.advance(1);
  await slept;
  expect(ended).toBe(true);
});

test("sleep() ends at once when aborted, before or during, and leaves no timer", async () => {
  const clock = new ManualClock();
  await sleep(clock, 100, AbortSignal.abort());
  const controller = new AbortController();
  const slept = sleep(clock, 100, controller.signal);
  expect(clock.timerCount).toBe(1);
  controller.abort();
  await slept;
  expect(clock.timerCount).toBe(0);
});

test("waitUntil() is true as soon as the condition holds", async () => {
  const clock = new ManualClock();
  let asked = 0;
  const waited = waitUntil(clock, () => ++asked === 3, { withinMs: 1000, everyMs: 10 });
  for (let i = 0; i < 5; i++) await clock.advance(10);
  expect(await waited).toBe(true);
  expect(asked).toBe(3);
});

test("waitUntil() is false when the time has passed", async () => {
  const clock = new ManualClock();
  let asked = 0;
  const never = async () => ++asked < 0;
  const waited = waitUntil(clock, never, { withinMs: 30, everyMs: 10 });
  for (let i = 0; i < 20; i++) await clock.advance(10);
  expect(await waited).toBe(false);
  expect(asked).toBeGreaterThanOrEqual(2);
});
