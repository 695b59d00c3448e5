import { expect, test } from "bun:test";
import { systemClock } from "../base/clock.ts";
import { freshSeed, seededRandom } from "../base/random.ts";
import { ThreadPacer } from "./thread-pacer.ts";

/** Sleeps until `delayMs` have passed; the milliseconds that it took. */
async function sleepWhole(pacer: ThreadPacer, delayMs: number): Promise<number> {
  const startUs = systemClock.nowUs();
  const passedMs = () => (systemClock.nowUs() - startUs) / 1000;
  while (passedMs() < delayMs) await pacer.sleep(delayMs - passedMs());
  return passedMs();
}

async function untilUp(pacer: ThreadPacer): Promise<void> {
  for (let tries = 0; !pacer.isUp && tries < 500; tries++) await pacer.sleep(10);
  expect(pacer.isUp).toBe(true);
}

test("ThreadPacer sleeps from the first call on, and more finely once its thread is up", async () => {
  using pacer = new ThreadPacer(systemClock);
  expect(pacer.isUp).toBe(false);
  expect(await sleepWhole(pacer, 3)).toBeWithin(3, 500);
  await untilUp(pacer);
  const tookMs = [];
  for (let round = 0; round < 200; round++) tookMs.push(await sleepWhole(pacer, 0.4));
  tookMs.sort((a, b) => a - b);
  // Timers of this runtime take 1.1 ms and more for it.
  expect(tookMs[20]).toBeLessThan(0.9);
});

test("ThreadPacer ends a sleep when woken, and sleeps again as asked", async () => {
  using pacer = new ThreadPacer(systemClock);
  for (const isUp of [false, true]) {
    if (isUp) await untilUp(pacer);
    const startUs = systemClock.nowUs();
    const long = pacer.sleep(60_000);
    pacer.wake();
    await long;
    expect(systemClock.nowUs() - startUs).toBeLessThan(5_000_000);
    expect(await sleepWhole(pacer, 5)).toBeWithin(5, 2000);
  }
});

test("ThreadPacer loses no wake-up, though its thread is told of a sleep while it begins one", async () => {
  using pacer = new ThreadPacer(systemClock, 60_000);
  await untilUp(pacer);
  const random = seededRandom(freshSeed());
  const endUs = systemClock.nowUs() + 2_000_000;
  for (let round = 0; systemClock.nowUs() < endUs; round++) {
    const sleeping = pacer.sleep(random.next() * 0.3);
    if (round % 3 === 0) pacer.wake();
    await sleeping;
  }
}, 20_000);

test("ThreadPacer wakes whoever sleeps when its thread ends, and goes on by timers", async () => {
  using pacer = new ThreadPacer(systemClock);
  await untilUp(pacer);
  const long = pacer.sleep(60_000);
  pacer[Symbol.dispose]();
  await long;
  expect(pacer.isUp).toBe(false);
  expect(await sleepWhole(pacer, 3)).toBeWithin(3, 2000);
});
