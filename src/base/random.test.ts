import { expect, test } from "bun:test";
import { freshId, freshSeed, RandomNumbers, seededRandom } from "./random.ts";

function draws(seed: number, count: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.next());
}

test("seededRandom() replays the same draws from the same seed, others from another", () => {
  expect(draws(42, 20)).toEqual(draws(42, 20));
  expect(draws(42, 20)).not.toEqual(draws(43, 20));
});

test("seededRandom() draws evenly from [0, 1)", () => {
  const values = draws(1, 100_000);
  expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
  const tenths = new Array<number>(10).fill(0);
  for (const value of values)
    tenths[Math.floor(value * 10)] = (tenths[Math.floor(value * 10)] ?? 0) + 1;
  // 10000 expected in each; the standard deviation is sqrt(100000 x 0.1 x 0.9) = 95, so 5 of them.
  for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(475);
});

test("freshSeed() is a 32-bit number that seededRandom() takes whole", () => {
  const seed = freshSeed();
  expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32).toBe(true);
  expect(draws(seed, 3)).toEqual(draws(seed, 3));
});

test("freshId() has the length asked for, plain characters, and does not repeat", () => {
  expect(freshId()).toMatch(/^[0-9a-z]{10}$/);
  expect(freshId(4)).toMatch(/^[0-9a-z]{4}$/);
  expect(new Set(Array.from({ length: 1000 }, () => freshId())).size).toBe(1000);
});

test("RandomNumbers goes on where it stopped, and sets each bit half of the time", () => {
  const numbers = new Uint32Array(10_000);
  new RandomNumbers(7).fill(numbers);
  const inParts = new RandomNumbers(7);
  for (let begin = 0; begin < 10_000; begin += 1000) {
    const part = numbers.slice(0, 1000);
    inParts.fill(part);
    expect(part).toEqual(numbers.slice(begin, begin + 1000));
  }
  for (let bit = 0; bit < 32; bit++) {
    const setCount = numbers.filter((number) => (number >>> bit) & 1).length;
    // The standard deviation is sqrt(10000 / 4) = 50.
    expect(Math.abs(setCount - 5000)).toBeLessThan(250);
  }
});
