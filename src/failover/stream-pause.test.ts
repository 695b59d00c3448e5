import { expect, test } from "bun:test";
import { lost, silent, streamWorld } from "../../tests/support/stream-world.ts";

test("time in which its reader has paused it is no silence", async () => {
  const { clock, channels, start, at, asked, replicas } = await streamWorld();
  const { handle, gaps } = start(3);
  at(0).send(1);
  handle.pause();
  expect(at(0).isPaused).toBe(true);
  channels[0]?.become(silent);
  await clock.advanceMs(60_000);
  expect([replicas.state(0), asked(1)]).toEqual(["healthy", []]);
  handle.resume();
  expect(at(0).isPaused).toBe(false);
  await clock.advanceMs(101);
  expect(asked(1)).toEqual([[1]]);
  at(1).send(2);
  expect((gaps[0]?.endedUs ?? 0) - (gaps[0]?.beganUs ?? 0)).toBeLessThan(102_000);
});

test("the silence that is told is that of the replica, whatever its reader paused", async () => {
  const { clock, channels, start, at, replicas } = await streamWorld();
  const { handle, gaps } = start(3);
  at(0).send(1);
  handle.pause();
  channels[0]?.become(silent);
  await clock.advanceMs(50);
  handle.resume();
  await clock.advanceMs(7);
  replicas.observe(0, "silent", "a request");
  at(1).send(2);
  expect(gaps).toMatchObject([{ detail: "no sign of life from the replica for 57 ms" }]);
});

test("a crash during a pause is repaired at once, and the pause goes on", async () => {
  const { clock, start, at, asked } = await streamWorld();
  const { handle, gaps } = start(3);
  at(0).send(1);
  handle.pause();
  await clock.advanceMs(1000);
  at(0).end(lost);
  expect([asked(1), at(1).isPaused]).toEqual([[[1]], true]);
  await clock.advanceMs(1000);
  handle.resume();
  expect(at(1).isPaused).toBe(false);
  at(1).send(2);
  expect(gaps[0]?.beganUs).toBe(gaps[0]?.endedUs);
});

test("what piled up during a pause is no sign of life", async () => {
  const { clock, channels, start, at, replicas } = await streamWorld();
  const { handle } = start(4);
  at(0).send(1);
  for (const channel of channels) channel.become(silent);
  handle.pause();
  for (const index of [1, 2, 0]) replicas.observe(index, "silent", "test");
  handle.resume();
  at(0).send(2);
  expect(replicas.state(0)).toBe("suspect");
  await clock.advanceMs(101);
  at(0).send(3);
  expect(replicas.state(0)).toBe("healthy");
});

test("cancel() ends it as cancelled, once, and its server hears of it", async () => {
  const { clock, start, at } = await streamWorld();
  const { handle, results } = start(3);
  at(0).send(1);
  handle.cancel();
  handle.cancel();
  handle.pause();
  handle.resume();
  expect(at(0).isCancelled).toBe(true);
  expect(results).toMatchObject([{ outcome: "cancelled", status: "CANCELLED", itemCount: 1 }]);
  await clock.advanceMs(1000);
  expect(clock.timerCount).toBe(0);
});

test("policy retry gives up after its fixed timeout, and goes to the next in order", async () => {
  const { clock, start, at, asked } = await streamWorld({ policy: "retry", timeoutMs: 3000 });
  const { results, gaps } = start(2);
  at(0).send(1);
  await clock.advanceMs(2999);
  expect(asked(1)).toEqual([]);
  await clock.advanceMs(2);
  expect([at(0).isCancelled, asked(1)]).toEqual([true, [[1]]]);
  at(1).send(2);
  at(1).end();
  expect(results).toMatchObject([{ outcome: "complete", attemptCount: 2 }]);
  expect(gaps).toMatchObject([{ status: "DEADLINE_EXCEEDED" }]);
});

test("policy none gives no second chance", async () => {
  const { clock, start, at, asked } = await streamWorld({ policy: "none" });
  const { results } = start(2);
  at(0).send(1);
  await clock.advanceMs(100_000);
  expect(results).toEqual([]);
  at(0).end(lost);
  expect(results).toMatchObject([{ outcome: "failed", status: "UNAVAILABLE", attemptCount: 1 }]);
  expect(asked(1)).toEqual([]);
});
