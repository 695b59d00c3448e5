import { expect, test } from "bun:test";
import { limits } from "../../base/limits.ts";
import { seededRandom } from "../../base/random.ts";
import { BlockPool } from "./block-pool.ts";
import { PieceQueue } from "./piece-queue.ts";

test("gives back what it was given, in order and by its instants, over blocks of any filling", () => {
  const pool = new BlockPool();
  const queue = new PieceQueue(pool);
  const random = seededRandom(1);
  const draw = (max: number) => Math.floor(random.next() * max);
  const expected: { byte: number; dueUs: number; leftCount: number }[] = [];
  let leftCount = 0;
  for (let step = 0; step < 3000; step++) {
    if (draw(2) === 0) {
      const length = 1 + draw(draw(10) === 0 ? 200_000 : 500);
      queue.push(new Uint8Array(length).fill(step % 251), step);
      expected.push({ byte: step % 251, dueUs: step, leftCount: length });
      leftCount += length;
    }
    for (let takes = draw(4); takes > 0; takes--) {
      const first = expected[0];
      expect(queue.firstDueUs).toBe(first?.dueUs);
      const bytes = queue.first(1 + draw(100_000));
      if (first === undefined) break;
      expect(bytes.length).toBeGreaterThan(0);
      expect(bytes.every((byte) => byte === first.byte)).toBe(true);
      const takenCount = 1 + draw(bytes.length);
      queue.take(takenCount);
      first.leftCount -= takenCount;
      leftCount -= takenCount;
      if (first.leftCount === 0) expected.shift();
    }
    expect(queue.isEmpty).toBe(expected.length === 0);
    expect(queue.heldBytes).toBe(leftCount + expected.length * limits.linkPieceBytes);
    expect(pool.heldBytes).toBeLessThan(leftCount + 2 * limits.linkBlockBytes);
  }
  queue.clear();
  expect([queue.isEmpty, queue.heldBytes, pool.heldBytes]).toEqual([true, 0, 0]);
});

test("uses blocks again", () => {
  const pool = new BlockPool();
  const block = pool.take();
  pool.give(block);
  expect(pool.take()).toBe(block);
});
