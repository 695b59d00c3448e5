import { expect, test } from "bun:test";
import type { JsonValue } from "@bufbuild/protobuf";
import { difference, subsetFault, withoutFields } from "./call-compare.ts";

const subsets: readonly (readonly [JsonValue, JsonValue, string | undefined])[] = [
  [{}, { a: 1 }, undefined],
  [{ a: 1 }, { a: 1, b: 2 }, undefined],
  [{ a: { b: "x" } }, { a: { b: "x", c: 1 } }, undefined],
  [{ a: { b: "x" } }, { a: { b: "y" } }, 'a.b is "y", expected "x"'],
  [{ a: 1 }, {}, "a is not set, expected 1"],
  [{ a: null }, {}, undefined],
  [{ a: null }, { a: 0 }, "a is 0, expected null"],
  [{ a: [1, 2] }, { a: [1, 2] }, undefined],
  [{ a: [1] }, { a: [1, 2] }, "a has 2 elements, expected 1"],
  [{ a: [{ b: 1 }] }, { a: [{ b: 1, c: 2 }] }, undefined],
  [{ a: [{ b: 1 }] }, { a: [{ b: 2 }] }, "a[0].b is 2, expected 1"],
  [{ a: { b: 1 } }, { a: 5 }, 'a is 5, expected {"b":1}'],
  ["3s", "4s", 'the answer is "4s", expected "3s"'],
];
for (const [expected, got, fault] of subsets) {
  test(`${JSON.stringify(got)} against at least ${JSON.stringify(expected)}`, () => {
    expect(subsetFault(expected, got)).toBe(fault);
  });
}

test("difference() sees what is missing and what is too much", () => {
  expect(difference({ a: 1, b: [1] }, { a: 1, b: [1] })).toBeUndefined();
  expect(difference({ a: 1 }, { a: 1, b: 2 })).toBe("b is 2, expected not set");
  expect(difference({ a: 1, b: 2 }, { a: 1 })).toBe("b is not set, expected 2");
});

test("what is shown of long values is bounded", () => {
  const fault = subsetFault({ a: "x".repeat(10_000) }, { a: "y".repeat(10_000) });
  expect(fault?.length).toBeLessThan(300);
});

test("withoutFields() goes through lists, and every key of a map", () => {
  const json = {
    a: [
      { b: 1, c: 2 },
      { b: 3, c: 4 },
    ],
    m: { x: { t: 1, u: 2 }, y: { t: 3 } },
    z: 5,
  };
  expect(withoutFields(json, [["a", "b"], ["m", "*", "t"], ["z"]])).toEqual({
    a: [{ c: 2 }, { c: 4 }],
    m: { x: { u: 2 }, y: {} },
  });
});
