import { expect, test } from "bun:test";
import { assert, DfsError, messageOf, systemErrorCode } from "./errors.ts";
import { exitStatusOf, worstExitStatus } from "./exit-status.ts";

test("assert() names the broken claim, and only when it is broken", () => {
  expect(() => assert(1 > 2, "one is more than two")).toThrow(
    "Broken invariant: one is more than two",
  );
  expect(() => assert(2 > 1, "two is more than one")).not.toThrow();
});

test("systemErrorCode() finds the code of a system error and of nothing else", async () => {
  const missing = await Bun.file("/no/such/file")
    .text()
    .catch((error: unknown) => error);
  expect(systemErrorCode(missing)).toBe("ENOENT");
  expect(systemErrorCode(new Error("plain"))).toBeUndefined();
  expect(systemErrorCode(Object.assign(new Error("odd"), { code: 5 }))).toBeUndefined();
  expect(systemErrorCode("text")).toBeUndefined();
});

test("messageOf() is one line for whatever was thrown", () => {
  expect(messageOf(new Error(" a\n  b\t"))).toBe("a b");
  expect(messageOf("text")).toBe("text");
  expect(messageOf(undefined)).toBe("undefined");
});

test("exitStatusOf() tells the user's errors from ours", () => {
  expect(exitStatusOf(new DfsError("usage", ""))).toBe(2);
  expect(exitStatusOf(new DfsError("fault", ""))).toBe(3);
  expect(exitStatusOf(new DfsError("cannot-run", ""))).toBe(5);
  expect(exitStatusOf(new Error(""))).toBe(70);
  expect(exitStatusOf("text")).toBe(70);
});

test("worstExitStatus() follows the documented order: 130, 70, 5, 3, 4, 1", () => {
  expect(worstExitStatus([])).toBe(0);
  expect(worstExitStatus([0, 1])).toBe(1);
  expect(worstExitStatus([1, 4])).toBe(4);
  expect(worstExitStatus([4, 3])).toBe(3);
  expect(worstExitStatus([3, 5])).toBe(5);
  expect(worstExitStatus([5, 70])).toBe(70);
  expect(worstExitStatus([70, 130, 1])).toBe(130);
});
