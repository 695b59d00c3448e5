import { expect, test } from "bun:test";
import { seededRandom } from "../../../base/random.ts";
import { distinctDots } from "./distinct-dots.ts";

const columnCount = 50;
const rowCount = 40;

test("distinctDots() keeps each place that has a row, and every kind there, when rows are many", () => {
  const random = seededRandom(3);
  const rows = Array.from({ length: 200_000 }, () => ({
    x: random.next() * columnCount,
    y: random.next() ** 8 * rowCount,
    kind: random.next() < 0.001 ? 1 : 0,
  }));
  // The slowest of all, alone in its place, among two hundred thousand.
  rows[123_456] = { x: 7.5, y: rowCount - 0.5, kind: 0 };
  const at = (row: number) => rows[row] ?? { x: 0, y: 0, kind: 0 };
  const dots = distinctDots({
    ...{ from: 0, to: rows.length, columnCount, rowCount, kindCount: 2 },
    xOf: (row) => at(row).x,
    yOf: (row) => at(row).y,
    kindOf: (row) => at(row).kind,
  });
  const place = (row: number) =>
    `${at(row).kind} ${Math.floor(at(row).x)} ${Math.floor(at(row).y)}`;
  const shown = new Set(Array.from(dots, place));
  expect(shown).toEqual(new Set(rows.map((_, row) => place(row))));
  expect(dots.length).toBe(shown.size);
  expect(dots.length).toBeLessThan(2 * columnCount * rowCount);
});

test("distinctDots() shows what lies beyond the edge at the edge, and nothing of other rows", () => {
  const places = [5, -1000, 1000, 5];
  const dots = distinctDots({
    ...{ from: 1, to: 3, columnCount, rowCount, kindCount: 1 },
    xOf: (row) => places[row] ?? 0,
    yOf: () => 0,
    kindOf: () => 0,
  });
  expect([...dots]).toEqual([1, 2]);
});
