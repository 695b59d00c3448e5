import { expect, test } from "bun:test";
import { requestId, requestNumber } from "./request-number.ts";

const one = [{ run: "a", numberBase: 0 }];
/** Requests 1 to 10 of a, then those of a-b. */
const two = [...one, { run: "a-b", numberBase: 10 }];

test.each([
  ["7", one, 7],
  [" #7 ", one, 7],
  ["a-7", one, 7],
  ["b-7", one, undefined],
  ["-7", one, undefined],
  ["7.5", one, undefined],
  ["", one, undefined],
  ["a-7", two, 7],
  ["a-b-7", two, 17],
  // Of which run?
  ["7", two, undefined],
])("requestNumber() of %j", (text, runs, number) => {
  expect(requestNumber(text, runs)).toBe(number);
});

test("requestId() is what requestNumber() takes, in one run and in several", () => {
  expect([1, 10, 11, 12].map((number) => requestId(number, two))).toEqual([
    ...["a-1", "a-10", "a-b-1", "a-b-2"],
  ]);
  expect(requestId(0, one)).toBe("a-0");
});
