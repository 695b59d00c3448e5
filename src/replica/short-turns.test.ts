import { expect, test } from "bun:test";
import type { Clock } from "../base/clock.ts";
import { ShortTurns } from "./short-turns.ts";

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Turns of 2 ms, on a clock that only jobs move on. */
function shortTurns() {
  let nowUs = 0;
  const clock: Clock = { nowUs: () => nowUs, after: () => () => undefined };
  const turns = new ShortTurns(clock, 2);
  const done: number[] = [];
  const ask = (
    number: number,
    { tookUs = 1000, owner }: { tookUs?: number; owner?: object } = {},
  ) => {
    turns.run(() => {
      nowUs += tookUs;
      done.push(number);
    }, owner);
  };
  return { ask, done };
}

test("runs a job at once, unless those before it have used this turn up", async () => {
  const { ask, done } = shortTurns();
  for (const number of [1, 2, 3, 4, 5]) ask(number);
  expect(done).toEqual([1, 2]);
  await nextTurn();
  expect(done).toEqual([1, 2, 3, 4]);
  // In order: it has not used up this turn, but another waits.
  ask(6, { tookUs: 1 });
  expect(done).toEqual([1, 2, 3, 4]);
  await nextTurn();
  expect(done).toEqual([1, 2, 3, 4, 5, 6]);
});

test("begins each turn anew", async () => {
  const { ask, done } = shortTurns();
  ask(1, { tookUs: 5000 });
  await nextTurn();
  await nextTurn();
  ask(2);
  ask(3);
  expect(done).toEqual([1, 2, 3]);
});

test("serves owners in turn, and the jobs of each in order", async () => {
  const { ask, done } = shortTurns();
  const [greedy, modest] = [{}, {}];
  for (const number of [1, 2, 3, 4, 5, 6]) ask(number, { owner: greedy });
  ask(11, { owner: modest });
  expect(done).toEqual([1, 2]);
  await nextTurn();
  expect(done).toEqual([1, 2, 3, 11]);
  ask(12, { owner: modest });
  await nextTurn();
  expect(done).toEqual([1, 2, 3, 11, 4, 12]);
  await nextTurn();
  expect(done).toEqual([1, 2, 3, 11, 4, 12, 5, 6]);
});
