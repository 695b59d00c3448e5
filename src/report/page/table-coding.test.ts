import { expect, test } from "bun:test";
import type { Table } from "./page-shape.ts";
import { TableReader, TableWriter } from "./table-coding.ts";

const shape = { step: "step", plain: "plain" } as const;

function table(step: readonly number[], plain: readonly number[]): Table<typeof shape> {
  return { step: Float64Array.from(step), plain: Float64Array.from(plain) };
}

test("TableReader reads back every table when several were written", () => {
  const tables = [
    table([0, 1, 2, 2, 1, -5], [0, 127, 128, 16_383, 16_384, 1]),
    table([], []),
    table([1_795_383_300_000_000, 1, 2 ** 52], [2 ** 31, 2 ** 32 + 1, -(2 ** 40)]),
  ];
  const writer = new TableWriter();
  for (const each of tables) writer.append(shape, each);
  const reader = new TableReader(writer.bytes);
  expect(tables.map(() => reader.read(shape))).toEqual(tables);
});

test("TableWriter writes two bytes or less a row when neighbours are alike", () => {
  const numbers = Array.from({ length: 100_000 }, (_, index) => index + 1);
  const writer = new TableWriter();
  writer.append(shape, table(numbers, new Array(numbers.length).fill(3)));
  expect(writer.bytes.length).toBeLessThan(2 * numbers.length + 10);
  expect(new TableReader(writer.bytes).read(shape).step).toEqual(Float64Array.from(numbers));
});
