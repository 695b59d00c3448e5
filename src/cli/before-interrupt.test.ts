import { expect, test } from "bun:test";
import { beforeInterrupt } from "./before-interrupt.ts";

test("beforeInterrupt() brings what comes before the interrupt", async () => {
  const { signal } = new AbortController();
  expect(await beforeInterrupt(Promise.resolve(5), signal)).toEqual({ value: 5 });
  await expect(beforeInterrupt(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
});

test("beforeInterrupt() waits no longer, and ignores what fails later", async () => {
  const interrupt = new AbortController();
  const work = Promise.withResolvers<number>();
  const brought = beforeInterrupt(work.promise, interrupt.signal);
  interrupt.abort();
  expect(await brought).toBeUndefined();
  work.reject(new Error("too late"));
  expect(await beforeInterrupt(new Promise(() => undefined), interrupt.signal)).toBeUndefined();
});
