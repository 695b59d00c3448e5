import { expect, test } from "bun:test";
import { seededRandom } from "../../base/random.ts";
import { Corruption } from "./corruption.ts";

/** Where bytes are changed of so many that come in pieces of a size. */
function changedAt(share: number, seed: number, byteCount: number, pieceSize: number): number[] {
  const corruption = new Corruption(share, seededRandom(seed));
  const bytes = new Uint8Array(byteCount);
  let changedCount = 0;
  for (let at = 0; at < byteCount; at += pieceSize) {
    changedCount += corruption.apply(bytes.subarray(at, at + pieceSize));
  }
  const places = [...bytes.keys()].filter((at) => bytes[at] !== 0);
  expect(places).toHaveLength(changedCount);
  return places;
}

test("changes the share that is asked for, evenly", () => {
  const places = changedAt(0.01, 1, 1_000_000, 4096);
  expect(places.length).toBeGreaterThan(9500);
  expect(places.length).toBeLessThan(10_500);
  const inFirstHalf = places.filter((at) => at < 500_000).length;
  expect(inFirstHalf / places.length).toBeGreaterThan(0.47);
  expect(inFirstHalf / places.length).toBeLessThan(0.53);
});

test("changes every byte when the share is all", () => {
  expect(changedAt(1, 2, 1000, 100)).toHaveLength(1000);
});

test("changes the same bytes for the same seed, however they are cut into pieces", () => {
  const whole = changedAt(0.001, 3, 100_000, 100_000);
  expect(changedAt(0.001, 3, 100_000, 7)).toEqual(whole);
  expect(changedAt(0.001, 4, 100_000, 7)).not.toEqual(whole);
});
