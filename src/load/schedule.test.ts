import { describe, expect, test } from "bun:test";
import { seededRandom } from "../base/random.ts";
import { RateCurve } from "./rate-curve.ts";
import { evenSchedule, poissonSchedule, type Schedule } from "./schedule.ts";
import { parseStages, type Stage } from "./stage.ts";

function stagesOf(text: string): readonly Stage[] {
  const stages = parseStages(text);
  if (stages === undefined) throw new Error(`no stages: ${text}`);
  return stages;
}

function constant(perSecond: number, durationMs: number): readonly Stage[] {
  return [{ durationMs, fromPerSecond: perSecond, toPerSecond: perSecond }];
}

/** Every instant at which a request is due, in microseconds. */
function allDue(schedule: Schedule): readonly number[] {
  const all: number[] = [];
  for (let number = 1; Number.isFinite(schedule.dueUs(number)); number++) {
    all.push(schedule.dueUs(number));
  }
  return all;
}

/** How many of them are in each window of `windowUs`. */
function countsBy(windowUs: number, due: readonly number[], windowCount: number) {
  const counts = Array.from({ length: windowCount }, () => 0);
  for (const dueUs of due) {
    const window = Math.floor(dueUs / windowUs);
    counts[window] = (counts[window] ?? 0) + 1;
  }
  return counts;
}

/** Requests that the rates make from the start to `us`, by adding up small steps. */
function integral(stages: readonly Stage[], us: number): number {
  let beginUs = 0;
  let count = 0;
  for (const { durationMs, fromPerSecond, toPerSecond } of stages) {
    const spanUs = Math.max(0, Math.min(durationMs * 1000, us - beginUs));
    const share = spanUs / (durationMs * 1000);
    const endPerSecond = fromPerSecond + (toPerSecond - fromPerSecond) * share;
    count += (((fromPerSecond + endPerSecond) / 2) * spanUs) / 1e6;
    beginUs += durationMs * 1000;
  }
  return count;
}

/** Stages as a fixed seed draws them: ramps up and down, constant ones and pauses. */
function drawnStages(seed: number): readonly Stage[] {
  const random = seededRandom(seed);
  const rate = () => (random.next() < 0.2 ? 0 : Math.round(random.next() * 3000) / 10);
  const drawn = Array.from({ length: 1 + Math.floor(random.next() * 5) }, () => {
    const fromPerSecond = rate();
    const toPerSecond = random.next() < 0.5 ? fromPerSecond : rate();
    return { durationMs: 1 + Math.floor(random.next() * 5000), fromPerSecond, toPerSecond };
  });
  return [...drawn, ...constant(20, 1000)];
}

const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

describe("evenSchedule()", () => {
  test("makes rate x duration requests, evenly spaced, the first at once", () => {
    // 10/s for 60 s: 600 requests, one each 100 ms, the last at 59.9 s.
    const schedule = evenSchedule(constant(10, 60_000));
    const due = allDue(schedule);
    expect(due).toHaveLength(600);
    expect([0, 1, 2, 599].map((index) => due[index])).toEqual([0, 100_000, 200_000, 59_900_000]);
    expect(schedule.endUs(1)).toBe(60_000_000);
  });

  test("keeps its count for rates that binary fractions cannot hold", () => {
    // 0.1/s x 30 s = 3; 3/s x 10 s = 30; 7/s x 0.1 s = 0.7, whose one request is due at once.
    expect(allDue(evenSchedule(constant(0.1, 30_000)))).toHaveLength(3);
    expect(allDue(evenSchedule(constant(3, 10_000)))).toHaveLength(30);
    expect(allDue(evenSchedule(constant(7, 100)))).toHaveLength(1);
    expect(allDue(evenSchedule(stagesOf("1s:0.1,1s:0.2,1s:0.7,100ms:10,1s:0")))).toHaveLength(2);
  });

  test("does not drift: exact after 30 days, alone and behind a ramp", () => {
    const dayMs = 86_400_000;
    const number = 1000 * 86_400 * 30;
    expect(evenSchedule(constant(1000, 30 * dayMs)).dueUs(number)).toBe(30 * dayMs * 1000 - 1000);
    // 1/s to 999/s over 2 s makes 1000 requests: from there on it is 1000/s for ever.
    const behind = evenSchedule([...stagesOf("2s:1..999"), ...constant(1000, 29 * dayMs)]);
    for (const whole of [0, 1, 1000, 1000 * 86_400 * 28]) {
      expect(behind.dueUs(1001 + whole)).toBe(2_000_000 + whole * 1000);
    }
  });

  test("a ramp makes in each second what the integral of its rate is", () => {
    // 10/s to 500/s over 60 s: second k makes 10 + 490/60 x (k + 1/2), 15300 in all.
    const stages = stagesOf("60s:10..500");
    const counts = countsBy(1e6, allDue(evenSchedule(stages)), 60);
    for (const [second, count] of counts.entries()) {
      const wanted = 10 + (490 / 60) * (second + 0.5);
      expect(Math.abs(count - wanted)).toBeLessThanOrEqual(1);
    }
    expect(counts.reduce((sum, count) => sum + count)).toBe(15_300);
  });

  test("whatever the stages: in order, before the end, and as many as their rates make", () => {
    for (const seed of seeds) {
      const stages = drawnStages(seed);
      const schedule = evenSchedule(stages);
      const due = allDue(schedule);
      const endUs = schedule.endUs(1);
      expect(due.at(-1)).toBeLessThanOrEqual(endUs);
      for (const [index, dueUs] of due.entries()) {
        expect(dueUs).toBeGreaterThanOrEqual(due[index - 1] ?? 0);
        // No gap and no double where stages join: the n-th is due when n - 1 have been made.
        expect(Math.abs(integral(stages, dueUs) - index)).toBeLessThan(0.001);
      }
      const made = integral(stages, endUs);
      expect(Math.abs(due.length - made)).toBeLessThanOrEqual(1);
    }
  });

  test("makes none in a pause, and goes on behind it", () => {
    const due = allDue(evenSchedule(stagesOf("1s:10,10s:0,1s:10")));
    expect(due).toHaveLength(20);
    expect(due[9]).toBe(900_000);
    expect(due[10]).toBe(11_000_000);
    expect(allDue(evenSchedule(stagesOf("2s:0,1s:1")))).toEqual([2_000_000]);
  });

  test("ends when the request after the last of a total would be due", () => {
    const schedule = evenSchedule(constant(10, 60_000), { totalCount: 25 });
    expect(allDue(schedule)).toHaveLength(25);
    expect(schedule.endUs(1)).toBe(2_500_000);
    expect(evenSchedule(constant(10, 1000), { totalCount: 25 }).endUs(1)).toBe(1_000_000);
  });
});

describe("poissonSchedule()", () => {
  const perSecond = 50;
  const due = allDue(poissonSchedule(constant(perSecond, 2_000_000), 42));

  test("has as many arrivals a second as asked, and their variance is their mean", () => {
    const counts = countsBy(1e6, due, 2000);
    const mean = due.length / 2000;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 1999;
    // Standard errors: sqrt(50 / 2000) = 0.16 of the mean, 50 x sqrt(2 / 2000) = 1.6 of the other.
    expect(Math.abs(mean - perSecond)).toBeLessThan(0.5);
    expect(Math.abs(variance - perSecond)).toBeLessThan(5);
  });

  test("has exponential gaps, independent of each other", () => {
    const gaps = due.map((dueUs, index) => (dueUs - (due[index - 1] ?? 0)) / 1e6);
    const sorted = gaps.toSorted((a, b) => a - b);
    // Kolmogorov and Smirnov: for 100000 gaps, 1.63 / sqrt(n) is exceeded once in a hundred.
    let distance = 0;
    for (const [index, gap] of sorted.entries()) {
      const wanted = 1 - Math.exp(-perSecond * gap);
      distance = Math.max(distance, Math.abs((index + 0.5) / sorted.length - wanted));
    }
    expect(distance).toBeLessThan(1.63 / Math.sqrt(sorted.length));
    const mean = 1 / perSecond;
    const products = gaps.slice(1).map((gap, index) => (gap - mean) * ((gaps[index] ?? 0) - mean));
    const covariance = products.reduce((sum, each) => sum + each, 0) / products.length;
    expect(Math.abs(covariance / mean ** 2)).toBeLessThan(4 / Math.sqrt(gaps.length));
  });

  test("follows ramps, stages and pauses exactly", () => {
    // Counts in each part, summed over seeds, are Poisson around the integral of the rate there.
    const stages = stagesOf("4s:0..400,2s:0,4s:100,4s:300..50");
    const seconds = 14;
    const sums = Array.from({ length: seconds }, () => 0);
    for (const seed of seeds) {
      const counts = countsBy(1e6, allDue(poissonSchedule(stages, seed)), seconds);
      for (const [second, count] of counts.entries()) sums[second] = (sums[second] ?? 0) + count;
    }
    for (const [second, sum] of sums.entries()) {
      const from = integral(stages, second * 1e6);
      const wanted = (integral(stages, (second + 1) * 1e6) - from) * seeds.length;
      expect(Math.abs(sum - wanted)).toBeLessThanOrEqual(4 * Math.sqrt(wanted));
    }
  });

  test("is its seed's alone, in whatever order it is asked, and never goes back", () => {
    const again = poissonSchedule(constant(perSecond, 2_000_000), 42);
    expect([5000, 17, 1, 5000].map((number) => again.dueUs(number))).toEqual(
      [5000, 17, 1, 5000].map((number) => due[number - 1] ?? -1),
    );
    expect(due.every((dueUs, index) => dueUs >= (due[index - 1] ?? 0))).toBe(true);
    expect(allDue(poissonSchedule(constant(perSecond, 1000), 43))).not.toEqual(
      allDue(poissonSchedule(constant(perSecond, 1000), 42)),
    );
  });

  test("ends with its duration, or with the arrival after the last of a total", () => {
    const schedule = poissonSchedule(constant(10, 60_000), 1, { totalCount: 5 });
    const unbounded = poissonSchedule(constant(10, 60_000), 1);
    expect(allDue(schedule)).toHaveLength(5);
    expect(schedule.endUs(5)).toBe(60_000_000);
    expect(schedule.endUs(6)).toBe(unbounded.dueUs(6));
    // Too little for any: the load waits it out.
    expect(allDue(poissonSchedule(constant(0.001, 1), 1))).toEqual([]);
  });
});

test("RateCurve finds the instant of every count of ramps up and down", () => {
  for (const seed of seeds) {
    const stages = drawnStages(seed);
    const curve = new RateCurve(stages);
    const random = seededRandom(seed + 1000);
    for (let draw = 0; draw < 50; draw++) {
      const count = random.next() * curve.count;
      expect(Math.abs(integral(stages, curve.usAt(count)) - count)).toBeLessThan(1e-6);
    }
  }
});
