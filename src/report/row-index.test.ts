import { describe, expect, test } from "bun:test";
import { RowIndex } from "./row-index.ts";

describe("RowIndex", () => {
  test("finds rows of numbers in any order and says -1 of the others", () => {
    const index = new RowIndex(Float64Array.of(3, 1, 2));
    expect([0, 1, 2, 3, 4, 99_999].map((number) => index.rowOf(number))).toEqual([
      -1, 1, 2, 0, -1, -1,
    ]);
    expect(index.repeatCount).toBe(0);
  });

  test("keeps the first row of a repeated number and counts the repeats", () => {
    const index = new RowIndex(Float64Array.of(5, 5, 6, 5));
    expect(index.rowOf(5)).toBe(0);
    expect(index.repeatCount).toBe(2);
  });

  test("takes enormous numbers without as much memory", () => {
    const index = new RowIndex(Float64Array.of(999_999_999_999_999, 1));
    expect(index.rowOf(999_999_999_999_999)).toBe(0);
    expect(index.rowOf(1)).toBe(1);
    expect(index.rowOf(2)).toBe(-1);
  });
});
