import { expect, test } from "bun:test";
import { limits } from "../base/limits.ts";
import { PacedOutput } from "./paced-output.ts";

function output() {
  const seen: string[] = [];
  const leaving: ((isOpen: boolean) => void)[] = [];
  const paced = new PacedOutput(
    { writeBytes: (_bytes, onLeft) => leaving.push(onLeft) },
    {
      onFull: () => seen.push("full"),
      onRoom: () => seen.push("room"),
      onClosed: () => seen.push("closed"),
    },
  );
  const half = new Uint8Array(limits.outputPauseBytes / 2);
  return { paced, seen, leave: (isOpen = true) => leaving.shift()?.(isOpen), leaving, half };
}

test("PacedOutput tells when too much is on its way, and when it has left, once each", () => {
  const { paced, seen, leave, half } = output();
  paced.write(half);
  expect(seen).toEqual([]);
  paced.write(half);
  paced.write(half);
  expect(seen).toEqual(["full"]);
  leave();
  leave();
  expect(seen).toEqual(["full"]);
  leave();
  expect(seen).toEqual(["full", "room"]);
});

test("PacedOutput writes nothing more once nobody reads, and says so once", async () => {
  const { paced, seen, leave, leaving, half } = output();
  paced.write(half);
  paced.write(half);
  leave(false);
  leave(false);
  expect(seen).toEqual(["full", "closed"]);
  paced.write(half);
  expect(leaving).toHaveLength(0);
  await paced.emptied();
});

test("PacedOutput.emptied() waits for the last byte", async () => {
  const { paced, leave, half } = output();
  paced.write(half);
  let isEmpty = false;
  const emptied = paced.emptied().then(() => {
    isEmpty = true;
  });
  await Promise.resolve();
  expect(isEmpty).toBe(false);
  leave();
  await emptied;
  expect(isEmpty).toBe(true);
});
